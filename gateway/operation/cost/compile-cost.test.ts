import { describe, expect, test } from '@jest/globals'
import { composeServices } from '@apollo/composition'
import { buildSchema, parse } from 'graphql'
import { operationOf } from '../../execution/prepared-fetch.ts'
import { compileCost } from './compile-cost.ts'
import { readCostDirectives } from './cost-directives.ts'

const SDL = `
  type Query { project: Project projects(first: Int = 20, last: Int, filter: Filter): Projects tags: [Tag!]! grid: [[Tag]] node: Node name: String }
  type Mutation { rename(name: String): Project }
  type Subscription { changes: Project }
  input Filter { first: Int }
  interface Node { id: ID }
  type Project implements Node { id: ID name: String owner: Owner apps(first: Int): Apps tags(first: Int!): [Tag] }
  type Owner { name: String project: Project }
  type Projects { edges: [ProjectEdge!]! nodes: [Project!]! pageInfo: PageInfo }
  type ProjectEdge { node: Project cursor: String }
  type Apps { edges: [AppEdge!]! }
  type AppEdge { node: App }
  type App { name: String }
  type PageInfo { hasNextPage: Boolean }
  type Tag { name: String }
`
const NO_DIRECTIVES = { weights: new Map<string, number>(), listSizes: new Map() }

const costOf = (query: string, variables: Record<string, unknown> = {}): number => {
  const { operation, fragments } = operationOf(parse(query), undefined)
  return compileCost({ schema: buildSchema(SDL), operation, fragments, directives: NO_DIRECTIVES })(variables)
}

describe('the cost of an operation', () => {
  test.each([
    ['leaves cost nothing', '{ name __typename }', 0],
    ['an object costs one', '{ project { name } }', 1],
    ['objects within objects add up', '{ project { owner { project { name } } } }', 3],
    ['aliases are fields of their own', '{ a: project { name } b: project { name } }', 2],
    ['a page costs what it may hold', '{ projects(first: 5) { edges { node { name } } } }', 1 + 5 * 2],
    [
      'both ways of reading a page count',
      '{ projects(first: 5) { edges { node { name } } nodes { name } } }',
      1 + 10 + 5,
    ],
    ['what is not of the page is there once', '{ projects(first: 5) { pageInfo { hasNextPage } } }', 2],
    ['the default of the schema counts', '{ projects { nodes { name } } }', 1 + 20],
    ['the larger of two sizes counts', '{ projects(first: 2, last: 7) { nodes { name } } }', 1 + 7],
    ['a page without any size is the usual one', '{ project { apps { edges { node { name } } } } }', 2 + 20 * 2],
    [
      'pages within pages multiply',
      '{ projects(first: 100) { nodes { apps(first: 100) { edges { node { name } } } } } }',
      1 + 100 * (1 + 1 + 100 * 2),
    ],
    ['a list of unknown length is assumed', '{ tags { name } }', 10],
    ['a list of lists is assumed twice', '{ grid { name } }', 100],
    ['a mutation costs ten more', 'mutation { rename(name: "x") { name } }', 11],
    ['an event of a subscription costs what it returns', 'subscription { changes { owner { name } } }', 2],
    [
      'fragments cost what they hold',
      '{ project { ...p ... { owner { name } } } } fragment p on Project { owner { name } }',
      3,
    ],
    ['of exclusive fragments all count', '{ node { ... on Project { owner { name } } ... on Node { id } } }', 2],
    ['what is left out costs nothing', '{ project @skip(if: true) { name } tags @include(if: false) { name } }', 0],
    ['a size without end is a large one', '{ projects(first: 2000000000) { nodes { name } } }', 100_001],
    ['a size that is negative is none', '{ projects(first: -5) { nodes { name } } }', 1],
  ])('%s', (_, query, cost) => {
    expect(costOf(query)).toBe(cost)
  })

  test('is that of the variables of the request', () => {
    const query =
      'query ($first: Int, $with: Boolean!) { projects(first: $first) { nodes { owner @include(if: $with) { name } } } }'
    expect(costOf(query, { first: 3, with: true })).toBe(1 + 3 * 2)
    expect(costOf(query, { first: 3, with: false })).toBe(1 + 3)
    expect(costOf(query, { first: null, with: false })).toBe(1 + 20)
    expect(costOf(query, { with: false })).toBe(1 + 20)
  })
})

const LINKED = (cost: string, listSize: string, imports: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])
  type Query {
    heavy: Heavy ${cost}(weight: 5)
    found(limit: Int, at: Int): [Item] ${listSize}(slicingArguments: ["limit"], assumedSize: 50)
    page(take: Int): Page ${listSize}(slicingArguments: ["take"], sizedFields: ["items"], requireOneSlicingArgument: false)
    known: [Item] ${listSize}(assumedSize: 3)
  }
  type Heavy ${cost}(weight: 7) { score: Score }
  scalar Score ${cost}(weight: 2)
  type Item { name: String }
  type Page { items: [Item] total: Int }
`

describe('@cost and @listSize of a supergraph', () => {
  const composed = (sdl: string): string => {
    const { supergraphSdl, errors } = composeServices([{ name: 'a', url: 'http://a', typeDefs: parse(sdl) }])
    if (!supergraphSdl) throw new Error(JSON.stringify(errors))
    return supergraphSdl
  }

  test.each([
    ['imported', '@cost', '@listSize', '"@cost", "@listSize"'],
    ['under other names', '@price', '@length', '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }'],
    ['not imported', '@federation__cost', '@federation__listSize', ''],
  ])('count, %s', (_, cost, listSize, imports) => {
    const supergraph = parse(composed(LINKED(cost, listSize, imports)))
    const directives = readCostDirectives(supergraph)
    const schema = buildSchema(
      LINKED('@c', '@l', '').replace(
        /extend schema.*\n/,
        'directive @c(weight: Int) on OBJECT | SCALAR | FIELD_DEFINITION\n directive @l(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean) on FIELD_DEFINITION\n',
      ),
    )
    const of = (query: string): number => {
      const { operation, fragments } = operationOf(parse(query), undefined)
      return compileCost({ schema, operation, fragments, directives })({})
    }
    expect(of('{ heavy { score } }')).toBe(5 + 7 + 2)
    expect(of('{ found(limit: 4, at: 100) { name } }')).toBe(4)
    expect(of('{ found { name } }')).toBe(50)
    expect(of('{ page(take: 6) { items { name } total } }')).toBe(1 + 6)
    expect(of('{ known { name } }')).toBe(3)
  })
})
