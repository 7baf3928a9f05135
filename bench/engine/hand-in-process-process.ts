import { serveByHand, type Answer } from './hand-written.ts'
import { ENGINE_OPERATIONS } from './operations.ts'
import { catalog, people, reviewsOfPerson, reviewsOfProduct } from './shop-data.ts'
import { shippingOf } from './shop.ts'
import { endOnSignals } from '../part-process.ts'

/** What somebody would write who has the data at hand and no graph: the floor of the in-process form. */
endOnSignals()

const me: Answer = () => JSON.stringify({ data: { me: people.get('u1') } })

const dashboard: Answer = ({ first }) => {
  const person = people.get('u1')
  const reviews = reviewsOfPerson('u1')
    .slice(0, Number(first))
    .map(({ id, stars, text, product }) => {
      const found = catalog.get(product)
      if (!found) throw new Error(product)
      const { upc, name, description, price, weight } = found
      return { id, stars, text, product: { upc, name, description, price, weight } }
    })
  return JSON.stringify({ data: { me: { ...person, reviews } } })
}

const wide: Answer = () => {
  const products = [...catalog.values()].slice(0, 200).map((product) => {
    const { upc, name, description, price, weight, stock, warehouse, carrier } = product
    const reviews = reviewsOfProduct(upc).map(({ id, stars, text, author }) => {
      const person = people.get(author)
      return { id, stars, text, author: { name: person?.name, city: person?.city } }
    })
    const shipping = shippingOf(price, weight)
    return { upc, name, description, price, weight, stock, warehouse, shipping, carrier, reviews }
  })
  return JSON.stringify({ data: { products } })
}

const answers = [me, dashboard, wide]
await serveByHand(
  'hand-in-process',
  new Map(ENGINE_OPERATIONS.map(({ query }, index) => [query, answers[index] ?? me])),
)
