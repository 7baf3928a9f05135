import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, validate } from 'graphql'
import { createEngine } from '../../../gateway/execution/engine.ts'
import { createGeneralGateway } from '../../../gateway/general-gateway.ts'
import { loadSupergraph } from '../../../gateway/supergraph/load-supergraph.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { readConfig } from '../../../platform/config/config.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { createMetrics } from '../../../platform/metrics/metrics.ts'
import { federatedGraph, testRequest } from '../../testkit/federated-graph.ts'
import { readAnswer } from '../../testkit/gateway.ts'
import { startHttpSubgraph } from '../../testkit/http-subgraph.ts'
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

export type Runner = (query: string, variables: Arguments) => Promise<Run>

/** One topic, answered by one server, by the engine in process, and by the general gateway over HTTP. */
export interface Stage {
  readonly monolith: (query: string, variables: Arguments) => Promise<Answer>
  readonly inProcess: Runner
  readonly overHttp: Runner
  readonly close: () => Promise<void>
}

export const createStage = async (topic: Topic): Promise<Stage> => {
  let universe = topic.universe()
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
  const loaded = await loadSupergraph({ source: { sdl: graph.sdl }, log: silentLog })
  const { apiSchema } = loaded.current()
  const monolith = createMonolith(apiSchema, () => universe)
  const engine = createEngine({
    supergraph: loaded.current(),
    transportOf: graph.transports,
    onSubgraphError: () => undefined,
    clock: systemClock,
  })

  const servers = new Map(
    await Promise.all(
      [...graph.schemas].map(async ([name, schema]) => [name, await startHttpSubgraph(schema)] as const),
    ),
  )
  const urls = Object.fromEntries([...servers].map(([name, { url }]) => [name, url]))
  const folder = await mkdtemp(join(tmpdir(), 'federation-'))
  const file = join(folder, 'supergraph.graphql')
  await writeFile(file, federatedGraph(subgraphs, urls).sdl)
  const gateway = await createGeneralGateway({
    config: readConfig({ SUPERGRAPH_FILE: file }, ['supergraphFile']),
    clock: systemClock,
    log: silentLog,
    metrics: createMetrics(),
  })
  const { url } = await gateway.listen(0, '127.0.0.1')

  return {
    monolith: async (query, variables) => {
      const errors = validate(apiSchema, parse(query))
      if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'))
      universe = topic.universe()
      return answerOf(await monolith.execute(query, variables))
    },
    inProcess: async (query, variables) => {
      universe = topic.universe()
      graph.fetched.length = 0
      const document = parse(query)
      const result = await engine.execute(
        { document, documentKey: query, operationName: undefined, variables },
        testRequest(),
      )
      return { answer: answerOf(result), fetches: countOf(graph.fetched) }
    },
    overHttp: async (query, variables) => {
      universe = topic.universe()
      const before = [...servers].map(([name, { received }]) => [name, received.length] as const)
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      const answer = answerOf(await readAnswer(response))
      const asked = before.flatMap(([name, count]) =>
        Array.from({ length: (servers.get(name)?.received.length ?? 0) - count }, () => name),
      )
      return { answer, fetches: countOf(asked) }
    },
    close: async () => {
      await gateway.stop(0)
      await loaded.stop()
      await Promise.all([...servers.values()].map((server) => server.close()))
      await rm(folder, { recursive: true })
    },
  }
}

const countOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
