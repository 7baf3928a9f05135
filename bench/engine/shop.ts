import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse, type GraphQLSchema } from 'graphql'
import { catalog, people, reviewsOfPerson, reviewsOfProduct, type Product, type Review } from './shop-data.ts'

export const SHOP_SUBGRAPHS = ['accounts', 'catalog', 'reviews', 'inventory', 'shipping'] as const
export type ShopSubgraph = (typeof SHOP_SUBGRAPHS)[number]

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']>

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])`

const TYPE_DEFS: Readonly<Record<ShopSubgraph, string>> = {
  accounts: `type Query { me: User } type User @key(fields: "id") { id: ID! name: String! email: String! city: String! }`,
  catalog: `type Query { products(first: Int!): [Product!]! }
    type Product @key(fields: "upc") { upc: ID! name: String! description: String! price: Int! weight: Int! }`,
  reviews: `type User @key(fields: "id") { id: ID! reviews(first: Int!): [Review!]! }
    type Product @key(fields: "upc") { upc: ID! reviews(first: Int!): [Review!]! }
    type Review { id: ID! stars: Int! text: String! author: User! product: Product! }`,
  inventory: `type Product @key(fields: "upc") { upc: ID! stock: Int! warehouse: String! }`,
  shipping: `type Product @key(fields: "upc") { upc: ID! price: Int! @external weight: Int! @external
    shipping: Int! @requires(fields: "price weight") carrier: String! }`,
}

interface Representation {
  readonly id: string
  readonly upc: string
  readonly price: number
  readonly weight: number
}

/** Thin on purpose: what is measured is the gateway. */
const RESOLVERS: Readonly<Record<ShopSubgraph, Resolvers>> = {
  accounts: {
    Query: { me: () => people.get('u1') },
    User: { __resolveReference: ({ id }: Representation) => people.get(id) },
  },
  catalog: {
    Query: { products: (_: unknown, { first }: { first: number }) => [...catalog.values()].slice(0, first) },
    Product: { __resolveReference: ({ upc }: Representation) => catalog.get(upc) },
  },
  reviews: {
    User: { reviews: ({ id }: Representation, { first }: { first: number }) => reviewsOfPerson(id).slice(0, first) },
    Product: {
      reviews: ({ upc }: Representation, { first }: { first: number }) => reviewsOfProduct(upc).slice(0, first),
    },
    Review: {
      author: ({ author }: Review) => ({ id: author }),
      product: ({ product }: Review) => ({ upc: product }),
    },
  },
  inventory: { Product: { __resolveReference: ({ upc }: Representation) => catalog.get(upc) } },
  shipping: {
    Product: {
      __resolveReference: ({ upc, price, weight }: Representation) => ({ upc, price, weight }),
      shipping: ({ price, weight }: Product) => shippingOf(price, weight),
      carrier: ({ upc }: Product) => catalog.get(upc)?.carrier,
    },
  },
}

/** What sending costs, as the subgraph and the hand-written servers compute it. */
export const shippingOf = (price: number, weight: number): number => (price > 5000 ? 0 : weight * 2)

export const shopSchema = (name: ShopSubgraph): GraphQLSchema =>
  buildSubgraphSchema({ typeDefs: parse(`${LINK} ${TYPE_DEFS[name]}`), resolvers: RESOLVERS[name] })

/** The supergraph over subgraphs at these addresses. */
export const shopSupergraph = (urls: ReadonlyMap<string, string>): string => {
  const composed = composeServices(
    SHOP_SUBGRAPHS.map((name) => ({
      name,
      url: urls.get(name) ?? `http://127.0.0.1/${name}`,
      typeDefs: parse(`${LINK} ${TYPE_DEFS[name]}`),
    })),
  )
  if (composed.errors) throw new Error(composed.errors.map(({ message }) => message).join('\n'))
  return composed.supergraphSdl
}
