import { federatedGraph } from '../../testkit/federated-graph.ts'
import { startGeneralGateway } from '../../testkit/general-gateway.ts'
import { startHttpSubgraph } from '../../testkit/http-subgraph.ts'
import { answerOf } from './answer.ts'
import { countOf, createInProcess, type InProcess, type Runner } from './in-process.ts'
import type { Topic } from './topic.ts'

/** One topic, answered by one server, by the engine in process, and by the general gateway over HTTP. */
export interface Stage extends Pick<InProcess, 'monolith' | 'inProcess' | 'close'> {
  readonly overHttp: Runner
}

export const createStage = async (topic: Topic): Promise<Stage> => {
  const { subgraphs, graph, monolith, inProcess, renew, close } = await createInProcess(topic)
  const servers = new Map(
    await Promise.all(
      [...graph.schemas].map(async ([name, schema]) => [name, await startHttpSubgraph(schema)] as const),
    ),
  )
  const urls = Object.fromEntries([...servers].map(([name, { url }]) => [name, url]))
  const gateway = await startGeneralGateway(federatedGraph(subgraphs, urls).sdl)

  return {
    monolith,
    inProcess,
    overHttp: async (query, variables, operationName) => {
      renew()
      const before = [...servers].map(([name, { received }]) => [name, received.length] as const)
      const answer = answerOf(await gateway.ask(query, variables, operationName))
      const asked = before.flatMap(([name, count]) =>
        Array.from({ length: (servers.get(name)?.received.length ?? 0) - count }, () => name),
      )
      return { answer, fetches: countOf(asked) }
    },
    close: async () => {
      await gateway.stop()
      await close()
      await Promise.all([...servers.values()].map((server) => server.close()))
    },
  }
}
