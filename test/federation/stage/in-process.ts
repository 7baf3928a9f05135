import { parse, validate, type GraphQLSchema } from 'graphql'
import { createEngine } from '../../../gateway/execution/engine.ts'
import { loadSupergraph } from '../../../gateway/supergraph/load-supergraph.ts'
import type { PlanningLimits } from '../../../gateway/supergraph/supergraph.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { federatedGraph, testRequest, type FederatedGraph, type TestSubgraph } from '../../testkit/federated-graph.ts'
import { answerOf, type Answer } from './answer.ts'
import { createMonolith } from './monolith.ts'
import { servedUniverse } from './serve-universe.ts'
import type { Topic } from './topic.ts'
import type { Arguments } from './universe.ts'

/** What an answer was, and how often each subgraph was asked for it. */
export interface Run {
  readonly answer: Answer
  readonly fetches: Readonly<Record<string, number>>
}

export type Runner = (query: string, variables: Arguments, operationName?: string) => Promise<Run>

/** A supergraph, answered by one server that has everything, and by the engine over subgraphs of this process. */
export interface InProcess {
  readonly subgraphs: Readonly<Record<string, TestSubgraph>>
  readonly graph: FederatedGraph
  readonly apiSchema: GraphQLSchema
  /** Fails where the operation is not valid. */
  readonly monolith: (query: string, variables: Arguments, operationName?: string) => Promise<Answer>
  readonly inProcess: Runner
  /** Makes the universe anew, as before each run. */
  readonly renew: () => void
  readonly close: () => Promise<void>
}

export const createInProcess = async (topic: Omit<Topic, 'cases'>, planning?: PlanningLimits): Promise<InProcess> => {
  let universe = topic.universe()
  const renew = (): void => {
    universe = topic.universe()
  }
  const subgraphs = Object.fromEntries(
    Object.entries(topic.subgraphs).map(([name, typeDefs]) => [
      name,
      servedUniverse({
        typeDefs,
        universe: () => universe,
        whole: () => monolith.schema,
        lacks: topic.lacks?.[name] ?? [],
      }),
    ]),
  )
  const graph = federatedGraph(subgraphs)
  const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog, planning })
  const supergraph = loaded.current()
  const { apiSchema } = supergraph
  const monolith = createMonolith(apiSchema, () => universe)
  const engine = createEngine({
    supergraph,
    transportOf: graph.transports,
    onSubgraphErrors: () => undefined,
    clock: systemClock,
    maxCost: Infinity,
  })
  return {
    subgraphs,
    graph,
    apiSchema,
    renew,
    monolith: async (query, variables, operationName) => {
      const errors = validate(apiSchema, parse(query))
      if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'))
      renew()
      return answerOf(await monolith.execute(query, variables, operationName))
    },
    inProcess: async (query, variables, operationName) => {
      renew()
      graph.fetched.length = 0
      const operation = { document: parse(query), documentKey: query, operationName, variables }
      const answer = answerOf(await engine.execute(operation, testRequest()))
      return { answer, fetches: countOf(graph.fetched) }
    },
    close: async () => {
      await loaded.stop()
      await supergraph.close()
    },
  }
}

export const countOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
