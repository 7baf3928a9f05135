import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadCalls } from './load-process.ts'
import { startRemote, type Remote } from './remote.ts'
import type { SubgraphCalls } from './subgraphs-process.ts'
import { startChild, type Child } from '../child.ts'
import { undoing } from '../undoing.ts'

/** Three processes: subgraphs, gateway, load. */
export interface RealtimeStage {
  readonly subgraphs: Remote<SubgraphCalls>
  readonly gateway: Child
  readonly load: Remote<LoadCalls>
  /** Where subscribers connect. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** The general gateway (`npm run gateway`) with its defaults, over subgraphs on HTTP and WebSocket. */
export const setRealtimeStage = async (nodeFlags: readonly string[]): Promise<RealtimeStage> => {
  const undo = undoing()
  try {
    const directory = await mkdtemp(join(tmpdir(), 'gpuaas-realtime-'))
    undo.add(() => rm(directory, { recursive: true, force: true }))
    const subgraphs = startRemote<SubgraphCalls>('subgraphs-process.ts')
    undo.add(subgraphs.stop)
    const file = join(directory, 'supergraph.graphql')
    await writeFile(file, await subgraphs.call('supergraph'))
    const gateway = await startChild({
      program: 'gateway/main.ts',
      environment: { SUPERGRAPH_FILE: file, PORT: '0', NODE_ENV: 'production', LOG_LEVEL: 'warn' },
      nodeFlags,
      addresses: 1,
    })
    undo.add(gateway.stop)
    const load = startRemote<LoadCalls>('load-process.ts')
    undo.add(load.stop)
    const [url] = gateway.urls.values()
    if (url === undefined) throw new Error('The gateway did not say where it listens')
    return { subgraphs, gateway, load, url: `${url.replace('http', 'ws')}/graphql`, stop: undo.all }
  } catch (error) {
    await undo.all()
    throw error
  }
}
