import { answerCalls } from './remote.ts'
import { federatedGraph } from '../../test/testkit/federated-graph.ts'
import { createTickLog } from '../../test/testkit/graphs/tick-log.ts'
import { startHttpSubgraph, type HttpSubgraph } from '../../test/testkit/http-subgraph.ts'

/** Both subgraphs, as anybody would serve them: graphql-js, and graphql-ws over ws. */
const log = createTickLog()
const servers = new Map<string, HttpSubgraph>()
for (const [name, schema] of federatedGraph(log.subgraphs).schemas) servers.set(name, await startHttpSubgraph(schema))

let emitting: NodeJS.Timeout | undefined

const calls = {
  supergraph: () =>
    federatedGraph(log.subgraphs, Object.fromEntries([...servers].map(([name, { url }]) => [name, url]))).sdl,
  /** Subscriptions that the gateway holds. */
  streams: () => log.open(),
  /** The last event of each topic. */
  ends: () => log.ends(),
  /** Completions that asked the second subgraph. */
  fetches: () => servers.get('places')?.received.length ?? 0,
  emit: (topic: string) => {
    log.push(topic)
  },
  /** Emits in turn to so many topics until it is told to stop. */
  begin: ({ topics, eventsPerSecond }: { readonly topics: number; readonly eventsPerSecond: number }) => {
    const begun = performance.now()
    let emitted = 0
    emitting = setInterval(() => {
      const due = ((performance.now() - begun) / 1000) * eventsPerSecond
      for (; emitted < due; emitted++) log.push(`topic-${String(emitted % topics)}`)
    }, 5)
  },
  pause: () => {
    clearInterval(emitting)
  },
}

export type SubgraphCalls = typeof calls
answerCalls(calls)
