import { print } from 'graphql'
import { FAMILY, SCOPE_DEFINITIONS, SCOPE_URL } from '../../../directives/definitions.ts'
import { EventStream } from './event-stream.ts'
import { federatedGraph, type FederatedGraph, type TestSubgraph } from '../federated-graph.ts'

/** What every subgraph of a foreign domain writes to use the scope family, with its own capabilities. */
const HEADER = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "${SCOPE_URL}", import: [${FAMILY.map((name) => `"@${name}"`).join(', ')}])
    ${FAMILY.map((name) => `@composeDirective(name: "@${name}")`).join(' ')}
  enum Capability { BOARD_READ BOARD_EDIT STAFF }
  ${print(SCOPE_DEFINITIONS)}`

/** A graph that is not this product's: two subgraphs, plain ids, boards that are projects and teams that own them. */
export interface BoardGraph {
  readonly subgraphs: Readonly<Record<'boards' | 'cards', TestSubgraph>>
  /** Composed over these addresses. */
  readonly over: (urls: Readonly<Record<'boards' | 'cards', string>>) => FederatedGraph
  /** Tells subscribers of a board. */
  readonly addCard: (board: string) => void
  /** Subscriptions that are open in the subgraph now. */
  readonly open: () => number
}

export const createBoardGraph = (): BoardGraph => {
  const streams = new Set<EventStream<unknown>>()
  const subgraphs = {
    boards: {
      typeDefs: `${HEADER}
        type Query {
          about: String! @public(reason: "says what this graph is for")
          showcase: [Board] @public(reason: "each board of it is decided by itself")
          news: [Card] @public(reason: "each card of it is decided by its board")
          me: Person @selfScoped
          board(id: ID!): Board @projectScoped(capability: BOARD_READ, project: "id")
          boards(ids: [ID!]!): [Board] @projectScoped(capability: BOARD_READ, project: "ids")
          team(id: ID!): Team @orgScoped(capability: BOARD_READ, organization: "id")
          statistics: String @platformScoped(capability: STAFF)
        }
        type Mutation { renameBoard(input: RenameBoard!): Board @projectScoped(capability: BOARD_EDIT, project: "input.id") }
        type Subscription { cardAdded(board: ID!): Card @projectScoped(capability: BOARD_READ, project: "board") }
        input RenameBoard { id: ID! name: String! }
        type Person @selfScoped { id: ID! name: String }
        type Team @orgScoped(capability: BOARD_READ) { id: ID! name: String }
        type Board @key(fields: "id") @projectScoped(capability: BOARD_READ) { id: ID! name: String }
        type Card @key(fields: "id boardId") @projectScoped(capability: BOARD_READ, project: "boardId") { id: ID! boardId: ID! }`,
      resolvers: {
        Query: {
          about: () => 'boards',
          showcase: () => ['p1', 'p2'].map((id) => ({ id, name: `Board ${id}` })),
          news: () => ['p2', 'p1'].map((boardId) => ({ id: `of-${boardId}`, boardId })),
          me: () => ({ id: 'person-1', name: 'Whoever' }),
          board: (_: unknown, { id }: { id: string }) => ({ id, name: `Board ${id}` }),
          boards: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, name: `Board ${id}` })),
          team: (_: unknown, { id }: { id: string }) => ({ id, name: `Team ${id}` }),
          statistics: () => 'all is well',
        },
        Mutation: { renameBoard: (_: unknown, { input }: { input: unknown }) => input },
        Subscription: { cardAdded: { subscribe: () => new EventStream(streams) } },
      },
    },
    cards: {
      typeDefs: `${HEADER}
        type Query { cardCount: Int @platformScoped(capability: STAFF) }
        type Board @key(fields: "id") @projectScoped(capability: BOARD_READ) { id: ID! cards: [Card] }
        type Card @key(fields: "id boardId") @projectScoped(capability: BOARD_READ, project: "boardId") { id: ID! boardId: ID! title: String }`,
      resolvers: {
        Query: { cardCount: () => 7 },
        Board: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          cards: ({ id }: { id: string }) => [{ id: 'c1', boardId: id, title: 'Card 1' }],
        },
        Card: { __resolveReference: (card: { id: string }) => ({ ...card, title: `Card ${card.id}` }) },
      },
    },
  }
  return {
    subgraphs,
    over: (urls) => federatedGraph(subgraphs, urls),
    addCard: (boardId) => {
      for (const stream of streams) stream.push({ cardAdded: { id: 'c2', boardId } })
    },
    open: () => streams.size,
  }
}
