import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGeneralGateway } from '../../../gateway/general-gateway.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { readConfig } from '../../../platform/config/config.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { createMetrics } from '../../../platform/metrics/metrics.ts'
import { federatedGraph } from '../../testkit/federated-graph.ts'
import { readAnswer } from '../../testkit/gateway.ts'
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
    monolith,
    inProcess,
    overHttp: async (query, variables) => {
      renew()
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
      await close()
      await Promise.all([...servers.values()].map((server) => server.close()))
      await rm(folder, { recursive: true })
    },
  }
}
