import { Pool } from 'undici'
import { serveByHand, type Answer } from './hand-written.ts'
import { ENGINE_OPERATIONS } from './operations.ts'
import type { ShopSubgraph } from './shop.ts'
import { endOnSignals } from '../part-process.ts'

/** What somebody would write by hand before the same five subgraphs on HTTP: the floor of the HTTP form. */
endOnSignals()
const urls = new Map(process.argv.slice(2).map((pair) => pair.split('=') as [string, string])) // `name=url`, from the bench
const pools = new Map([...urls].map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 64 })]))

type Row = Record<string, unknown>

const ask = async (subgraph: ShopSubgraph, query: string, variables: object): Promise<Row> => {
  const pool = pools.get(subgraph)
  if (!pool) throw new Error(`There is no subgraph ${subgraph}`)
  const { body } = await pool.request({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(query)},"variables":${JSON.stringify(variables)}}`,
  })
  const { data } = JSON.parse(await body.text()) as { data: Row } // the bench's own subgraphs answer
  return data
}

const entities = async <Found>(
  subgraph: ShopSubgraph,
  selection: string,
  representations: readonly Row[],
): Promise<readonly Found[]> => {
  const query = `query($r:[_Any!]!){_entities(representations:$r){${selection}}}`
  return (await ask(subgraph, query, { r: representations }))['_entities'] as Found[]
}

interface Reviewed {
  readonly id: string
  readonly stars: number
  readonly text: string
}

const me: Answer = async () => JSON.stringify({ data: await ask('accounts', '{me{id name email city}}', {}) })

const dashboard: Answer = async ({ first }) => {
  const { me: person } = (await ask('accounts', '{me{id name email city}}', {})) as { me: Row }
  const [user] = await entities<{ reviews: (Reviewed & { product: { upc: string } })[] }>(
    'reviews',
    `...on User{reviews(first:${Number(first)}){id stars text product{upc}}}`,
    [{ __typename: 'User', id: person['id'] }],
  )
  const reviews = user?.reviews ?? []
  const upcs = [...new Set(reviews.map(({ product }) => product.upc))]
  const products = await entities<Row>(
    'catalog',
    '...on Product{name description price weight}',
    upcs.map((upc) => ({ __typename: 'Product', upc })),
  )
  const byUpc = new Map(upcs.map((upc, index) => [upc, products[index]]))
  return JSON.stringify({
    data: {
      me: {
        ...person,
        reviews: reviews.map(({ id, stars, text, product: { upc } }) => ({
          id,
          stars,
          text,
          product: { upc, ...byUpc.get(upc) },
        })),
      },
    },
  })
}

const wide: Answer = async () => {
  const { products } = (await ask('catalog', '{products(first:200){upc name description price weight}}', {})) as {
    products: { upc: string; name: string; description: string; price: number; weight: number }[]
  }
  const keys = products.map(({ upc }) => ({ __typename: 'Product', upc }))
  const priced = products.map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight }))
  const [stocks, shippings, reviewed] = await Promise.all([
    entities<{ stock: number; warehouse: string }>('inventory', '...on Product{stock warehouse}', keys),
    entities<{ shipping: number; carrier: string }>('shipping', '...on Product{shipping carrier}', priced),
    entities<{ reviews: (Reviewed & { author: { id: string } })[] }>(
      'reviews',
      '...on Product{reviews(first:3){id stars text author{id}}}',
      keys,
    ),
  ])
  const ids = [...new Set(reviewed.flatMap(({ reviews }) => reviews.map(({ author }) => author.id)))]
  const people = await entities<Row>(
    'accounts',
    '...on User{name city}',
    ids.map((id) => ({ __typename: 'User', id })),
  )
  const byId = new Map(ids.map((id, index) => [id, people[index]]))
  return JSON.stringify({
    data: {
      products: products.map(({ upc, name, description, price, weight }, index) => ({
        upc,
        name,
        description,
        price,
        weight,
        stock: stocks[index]?.stock,
        warehouse: stocks[index]?.warehouse,
        shipping: shippings[index]?.shipping,
        carrier: shippings[index]?.carrier,
        reviews: reviewed[index]?.reviews.map(({ id, stars, text, author }) => ({
          id,
          stars,
          text,
          author: byId.get(author.id),
        })),
      })),
    },
  })
}

const answers = [me, dashboard, wide]
await serveByHand('hand-http', new Map(ENGINE_OPERATIONS.map(({ query }, index) => [query, answers[index] ?? me])))
