import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '../../platform/config/roles.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../platform/database/embedded/embedded-postgres.ts'
import { findFreePort } from '../../platform/database/embedded/free-port.ts'
import { silentLog } from '../../platform/log/log.ts'
import { startFaultyProxy, type FaultyProxy } from '../../test/testkit/faulty-proxy.ts'
import { environments, MAIN, stopProgram, tokensOf } from '../../test/testkit/processes.ts'
import { addressOf, runProgram, type Program } from '../../test/testkit/product.ts'
import { startRedis, type TestRedis } from '../../test/testkit/redis.ts'
import type { SubgraphName } from '../../platform/subgraph/module.ts'

/** A part of the product that can be ended and started again, at the same address. */
export interface Part {
  readonly name: string
  /** As `kill -9`. */
  readonly kill: () => Promise<void>
  /** As an operator does, with a drain. */
  readonly stop: () => Promise<void>
  /** Resolves when it is ready. */
  readonly start: () => Promise<void>
}

/** The product as processes, on stores that can be taken away, behind a network that can be broken. */
export interface SoakStage {
  /** Where clients connect: both gateways stand behind it. */
  readonly proxy: FaultyProxy
  readonly redis: TestRedis
  readonly database: Part & { readonly url: string }
  readonly gateways: readonly Part[]
  readonly worker: Part
  readonly subgraphs: readonly Part[]
  readonly issuer: string
  readonly tokenOf: (email: string) => Promise<string>
  readonly end: () => Promise<void>
}

const databasePart = async (directory: string): Promise<Part & { readonly url: string }> => {
  const port = await findFreePort()
  const open = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ directory, port, log: silentLog, progress: () => undefined })
  let postgres = await open()
  const stop = (): Promise<void> => postgres.stop()
  const start = async (): Promise<void> => {
    postgres = await open()
  }
  return { name: 'PostgreSQL', url: postgres.url, kill: stop, stop, start }
}

const processPart = (name: string, environment: Readonly<Record<string, string>>): Part => {
  let program: Program | undefined
  return {
    name,
    kill: async () => {
      program?.child.kill('SIGKILL')
      await program?.exited
    },
    stop: async () => {
      if (program) await stopProgram(program)
    },
    start: async () => {
      program = runProgram(MAIN, environment)
      await addressOf(program)
    },
  }
}

export interface SoakStageOptions {
  /** Those that are started. */
  readonly subgraphs: readonly SubgraphName[]
  /** Over how long a gateway that stops lets go of its clients. */
  readonly drainWindowMs: number
  /** Fills the folder of the database before it is started: one that was made before. Left out: it is made there. */
  readonly fill?: (directory: string) => Promise<void>
}

export const setSoakStage = async ({ subgraphs: names, drainWindowMs, fill }: SoakStageOptions): Promise<SoakStage> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-soak-'))
  const databaseDirectory = join(directory, 'database')
  await mkdir(databaseDirectory)
  await fill?.(databaseDirectory)
  const [database, redis] = await Promise.all([databasePart(databaseDirectory), startRedis()])
  const settings = await environments({ database: { ownerUrl: database.url }, redis, directory })
  const parts: Part[] = []
  const part = async (role: Role, name: string = role): Promise<{ readonly part: Part; readonly url: string }> => {
    const port =
      role === 'gateway' && name === 'gateway 1'
        ? settings.gatewayPort
        : ([...settings.subgraphPorts].find(([subgraph]) => role === `subgraph:${subgraph}`)?.[1] ??
          (await findFreePort()))
    const DRAIN_WINDOW_MS = drainWindowMs.toString()
    const made = processPart(name, { ...settings.of(role), PORT: port.toString(), DRAIN_WINDOW_MS })
    parts.push(made)
    return { part: made, url: `http://127.0.0.1:${port.toString()}` }
  }
  const end = async (): Promise<void> => {
    await Promise.all(parts.map((each) => each.kill()))
    await Promise.all([database.stop(), redis.stop()])
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const identity = await part('identity')
    const migrate = runProgram(MAIN, settings.of('migrate'))
    await identity.part.start()
    if ((await migrate.exited) !== 0) throw new Error(`The migration failed:\n${migrate.output()}`)
    const issuer = `${identity.url}/identity`
    settings.believe(issuer)
    const gateways = [await part('gateway', 'gateway 1'), await part('gateway', 'gateway 2')]
    const worker = await part('worker')
    const subgraphs = await Promise.all(names.map((name) => part(`subgraph:${name}`)))
    await Promise.all([...gateways, worker, ...subgraphs].map((each) => each.part.start()))
    const proxy = await startFaultyProxy(gateways.map(({ url }) => url))
    return {
      proxy,
      redis,
      database,
      gateways: gateways.map((each) => each.part),
      worker: worker.part,
      subgraphs: subgraphs.map((each) => each.part),
      issuer,
      tokenOf: tokensOf(issuer),
      end: async () => {
        await proxy.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}
