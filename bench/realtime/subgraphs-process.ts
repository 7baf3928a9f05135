import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { answerCalls } from './remote.ts'
import { createTicks, PLACES, TICKS, type Tick } from './ticks.ts'
import { startHttpSubgraph } from '../../test/testkit/http-subgraph.ts'

/** Both subgraphs, as anybody would serve them: graphql-js, and graphql-ws over ws. */
const ticks = createTicks()

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
const typeDefs = { ticks: parse(LINK + TICKS), places: parse(LINK + PLACES) }

const schemas = {
  ticks: buildSubgraphSchema([
    {
      typeDefs: typeDefs.ticks,
      resolvers: {
        Subscription: {
          ticks: {
            subscribe: (_: unknown, { topic, after }: { topic: string; after?: string | null }) =>
              ticks.follow(topic, after),
          },
        },
        Tick: { cursor: ({ sequence }: Tick) => String(sequence) },
      },
    },
  ]),
  places: buildSubgraphSchema([
    {
      typeDefs: typeDefs.places,
      resolvers: { Place: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Place of ${id}` }) } },
    },
  ]),
}

const [tickServer, placeServer] = [await startHttpSubgraph(schemas.ticks), await startHttpSubgraph(schemas.places)]

let emitting: NodeJS.Timeout | undefined

const calls = {
  urls: () => ({ ticks: tickServer.url, places: placeServer.url }),
  /** Subscriptions that the gateway holds. */
  streams: () => ticks.open(),
  /** Completions that asked the second subgraph. */
  fetches: () => placeServer.received.length,
  emit: (topic: string) => {
    ticks.emit(topic)
  },
  /** Emits in turn to so many topics until it is told to stop. */
  begin: ({ topics, eventsPerSecond }: { readonly topics: number; readonly eventsPerSecond: number }) => {
    const begun = performance.now()
    let emitted = 0
    emitting = setInterval(() => {
      const due = ((performance.now() - begun) / 1000) * eventsPerSecond
      for (; emitted < due; emitted++) ticks.emit(`topic-${String(emitted % topics)}`)
    }, 5)
  },
  pause: () => {
    clearInterval(emitting)
  },
}

export type SubgraphCalls = typeof calls
answerCalls(calls)
