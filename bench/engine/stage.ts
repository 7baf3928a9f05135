import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, SignJWT } from 'jose'
import { startChild, type Child } from '../child.ts'
import { answerOf, type Target } from '../load.ts'
import { undoing } from '../undoing.ts'
import { startHive } from './hive.ts'
import { ENGINE_OPERATIONS } from './operations.ts'
import { shopSupergraph, SHOP_SUBGRAPHS } from './shop.ts'
import { createKeyRing, publicKeys, type KeyRing } from '../../platform/crypto/key-ring.ts'
import { serverFlags } from '../../bin/commands.mjs'

export const ENGINE_CONTENDERS = [
  'hand-http',
  'ours-http',
  'stock',
  'hive-js',
  'hive-rust',
  'hand-in-process',
  'ours-in-process',
] as const
export type EngineContender = (typeof ENGINE_CONTENDERS)[number]

export interface EngineStage {
  readonly targets: ReadonlyMap<EngineContender, Target>
  readonly children: ReadonlyMap<EngineContender, Child>
  /** The subgraph whose operation of one fetch is the same as that of the gateways before it. */
  readonly subgraph: Target
  /** Milliseconds from the start of each process to its first answer. */
  readonly startMs: ReadonlyMap<EngineContender, number>
  /** Contenders that could not be had, and why. */
  readonly missing: ReadonlyMap<EngineContender, string>
  readonly isPinned: boolean
  readonly stop: () => Promise<void>
}

export interface EngineStageOptions {
  readonly contenders: readonly EngineContender[]
  readonly progress: (message: string) => void
  /** For the processes of our own contenders, beside those that their commands bring: `--cpu-prof` and the like. */
  readonly nodeFlags?: readonly string[]
  /** How many products there are. */
  readonly catalog?: number
}

const ISSUER = 'https://issuer.bench.example'
const AUDIENCE = 'bench'

/** Servers have one processor for themselves; subgraphs and load share the other. */
const SERVER_CPU = '0'
const LOAD_CPU = '1'

const [FIRST] = ENGINE_OPERATIONS

const canPin = (): boolean => spawnSync('taskset', ['-c', '0,1', 'true']).status === 0

export const setEngineStage = async (options: EngineStageOptions): Promise<EngineStage> => {
  const { contenders, progress, nodeFlags = [], catalog = 400 } = options
  const undo = undoing()
  const isPinned = canPin()
  // All of its threads: the collector's would otherwise take from the servers what the load costs.
  if (isPinned) spawnSync('taskset', ['-acp', LOAD_CPU, String(process.pid)])
  const serverCpus = isPinned ? SERVER_CPU : undefined
  try {
    const directory = await mkdtemp(join(tmpdir(), 'gpuaas-engine-'))
    undo.add(() => rm(directory, { recursive: true, force: true }))
    const fileOf = (name: string): string => join(directory, name)
    const size = `--catalog=${catalog}`

    progress('Starting the five subgraphs')
    const subgraphs = await startChild({
      program: 'bench/engine/subgraphs-process.ts',
      environment: {},
      addresses: SHOP_SUBGRAPHS.length,
      args: [size],
      cpus: isPinned ? LOAD_CPU : undefined,
    })
    undo.add(subgraphs.stop)
    const urls = new Map([...subgraphs.urls].map(([name, url]) => [name.replace('Subgraph ', ''), url]))
    await writeFile(fileOf('supergraph.graphql'), shopSupergraph(urls))

    const accounts = urls.get('accounts')
    if (accounts === undefined) throw new Error('The subgraph accounts did not tell where it listens')

    const keys = await createKeyRing('EdDSA')
    await writeFile(fileOf('jwks.json'), JSON.stringify(publicKeys(keys)))
    const token = await tokenOf(keys)
    const ours = {
      NODE_ENV: 'production',
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'warn',
      PORT: '0',
      HOST: '127.0.0.1',
      SUPERGRAPH_FILE: fileOf('supergraph.graphql'),
      JWKS_FILE: fileOf('jwks.json'),
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
    }
    const production = { NODE_ENV: 'production' }
    const addresses = [...urls].map(([name, url]) => `${name}=${url}`)
    const programs: Readonly<Record<EngineContender, () => Promise<Child | string>>> = {
      'ours-http': () =>
        startChild({ program: 'gateway/main.ts', environment: ours, addresses: 1, nodeFlags, cpus: serverCpus }),
      'ours-in-process': () =>
        startChild({
          program: 'bench/engine/in-process-process.ts',
          environment: ours,
          addresses: 1,
          args: [size],
          nodeFlags: [...serverFlags, ...nodeFlags],
          cpus: serverCpus,
        }),
      stock: () =>
        startChild({
          program: 'bench/engine/stock-process.ts',
          environment: { ...production, APOLLO_TELEMETRY_DISABLED: 'true' },
          addresses: 1,
          args: [fileOf('supergraph.graphql')],
          cpus: serverCpus,
        }),
      'hand-http': () =>
        startChild({
          program: 'bench/engine/hand-http-process.ts',
          environment: production,
          addresses: 1,
          args: addresses,
          cpus: serverCpus,
        }),
      'hand-in-process': () =>
        startChild({
          program: 'bench/engine/hand-in-process-process.ts',
          environment: production,
          addresses: 1,
          args: [size],
          cpus: serverCpus,
        }),
      'hive-js': () =>
        startHive({ planner: 'js', supergraph: fileOf('supergraph.graphql'), directory, cpus: serverCpus }),
      'hive-rust': () =>
        startHive({ planner: 'rust', supergraph: fileOf('supergraph.graphql'), directory, cpus: serverCpus }),
    }

    const targets = new Map<EngineContender, Target>()
    const children = new Map<EngineContender, Child>()
    const startMs = new Map<EngineContender, number>()
    const missing = new Map<EngineContender, string>()
    for (const contender of contenders) {
      progress(`Starting ${contender}`)
      const child = await programs[contender]()
      if (typeof child === 'string') {
        missing.set(contender, child)
        continue
      }
      undo.add(child.stop)
      const target = { url: addressOf(child), token }
      await answerOf(target, FIRST)
      startMs.set(contender, performance.now() - child.startedAt)
      children.set(contender, child)
      targets.set(contender, target)
    }
    return {
      targets,
      children,
      subgraph: { url: accounts, token },
      startMs,
      missing,
      isPinned,
      stop: undo.all,
    }
  } catch (error) {
    await undo.all()
    throw error
  }
}

const addressOf = ({ urls }: Child): string => {
  const [url] = urls.values()
  if (url === undefined) throw new Error('A process did not tell where it listens')
  return `${url}/graphql`
}

const tokenOf = async ([key]: KeyRing): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await importJWK({ ...key }, 'EdDSA'))
