import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { addressOf, runProgram, type Product, type Program } from './product.ts'
import { ROLE_SECRETS } from './test-server.ts'
import { signIn } from '../../identity/sign-in.ts'
import { loginsOf } from '../../platform/config/logins.ts'
import { SUBGRAPHS, type Role } from '../../platform/config/roles.ts'
import { createKeyRing, printKeyRing, publicKeys } from '../../platform/crypto/key-ring.ts'
import { findFreePort } from '../../platform/database/embedded/free-port.ts'
import { rolePassword } from '../../platform/database/roles.ts'
import { selfId } from '../../platform/ids/id.ts'
import type { SubgraphName } from '../../platform/subgraph/module.ts'
import { nodes } from '../../server/demo/machines.ts'

type Environment = Readonly<Record<string, string>>

/** The product as processes: one for each role, two gateways, on a PostgreSQL and a Redis of their own. */
export interface DistributedProduct extends Product {
  readonly database: TestDatabase
  /** Where each subgraph listens, without its path. */
  readonly subgraphUrls: ReadonlyMap<SubgraphName, string>
  readonly workerUrl: string
  readonly identityUrl: string
  /** The headers of all requests that iam had from the second gateway. */
  readonly overheard: RecordingProxy['received']
  /** What a process with this role is given, and nothing more. */
  readonly environmentOf: (role: Role) => Environment
  /** Starts one more process with this role; ended by `stop`. */
  readonly run: (role: Role, environment?: Environment) => Program
  /** As `kill -9`. */
  readonly kill: (subgraph: SubgraphName) => Promise<void>
  /** After `kill`: again, at the same address. */
  readonly restart: (subgraph: SubgraphName) => Promise<void>
}

/** The address of the database without anybody's credentials. */
const withoutUser = (url: string): string => {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}

interface Stores {
  readonly database: Pick<TestDatabase, 'ownerUrl'>
  readonly redis: Pick<TestRedis, 'url'>
  readonly directory: string
}

/** The passwords of the database that a process with this role needs. */
export const passwords = (role: Role): Environment =>
  Object.fromEntries(
    loginsOf(new Set([role])).map((login) => [
      `DATABASE_PASSWORD_${login.toUpperCase()}`,
      rolePassword(login, ROLE_SECRETS),
    ]),
  )

/** The settings of each role: its own passwords, its own address, and no secret of another's (R90). */
export const environments = async ({ database, redis, directory }: Stores) => {
  const gatewayPort = await findFreePort()
  const subgraphPorts = new Map<SubgraphName, number>()
  for (const name of SUBGRAPHS) subgraphPorts.set(name, await findFreePort())
  const urlOf = (name: SubgraphName): string => `http://127.0.0.1:${String(subgraphPorts.get(name))}`
  const terminalPort = await findFreePort()
  const signingKey = printKeyRing(await createKeyRing('EdDSA'))
  const [taskKeys, agentKeys] = await Promise.all([createKeyRing('EdDSA'), createKeyRing('EdDSA')])
  const nodeIds = nodes.map(({ id }) => selfId('nod', id).text)
  let issuer = ''

  const stores = { DATABASE_URL: withoutUser(database.ownerUrl), REDIS_URL: redis.url }
  const own = (role: Role): Environment => {
    switch (role) {
      case 'migrate':
        return {
          DATABASE_URL: database.ownerUrl,
          SEED_DEMO: 'always',
          API_KEY_PEPPER: PEPPER,
          SECRETS_KEY,
          WEBHOOK_SECRETS_KEY,
          ...passwords(role),
        }
      case 'identity':
        return {}
      case 'terminal':
        return {
          ...stores,
          ...passwords(role),
          PORT: terminalPort.toString(),
          TERMINAL_URL: `ws://127.0.0.1:${terminalPort.toString()}/terminal`,
          TERMINAL_SIGNING_KEY: printKeyRing(taskKeys),
          NODE_AGENTS: JSON.stringify({
            agents: [{ id: 'node-agent', key: publicKeys(agentKeys).keys[0], nodes: nodeIds }],
          }),
        }
      case 'node-agent':
        return {
          TERMINAL_GATEWAY_URL: `ws://127.0.0.1:${terminalPort.toString()}/terminal/agent`,
          TERMINAL_JWKS_URL: `http://127.0.0.1:${terminalPort.toString()}/.well-known/terminal-jwks.json`,
          NODE_AGENT_SIGNING_KEY: printKeyRing(agentKeys),
          NODE_AGENT_NODES: nodeIds.join(),
        }
      case 'worker':
        return { ...stores, ...passwords(role), WEBHOOK_SECRETS_KEY }
      case 'gateway':
        return {
          ...stores,
          ...passwords(role),
          SUBGRAPH_URLS: SUBGRAPHS.map((name) => `${name}=${urlOf(name)}/graphql`).join(),
          INTERNAL_SIGNING_KEY: signingKey,
          API_KEY_PEPPER: PEPPER,
          OIDC_ISSUER: issuer,
        }
      default:
        return {
          ...stores,
          ...passwords(role),
          ...(role === 'subgraph:iam' && { API_KEY_PEPPER: PEPPER }),
          ...(role === 'subgraph:app-platform' && { SECRETS_KEY }),
          ...(role === 'subgraph:notifications' && { WEBHOOK_SECRETS_KEY }),
          GATEWAY_JWKS_URL: `http://127.0.0.1:${gatewayPort.toString()}/.well-known/jwks.json`,
        }
    }
  }
  return {
    gatewayPort,
    subgraphPorts,
    urlOf,
    believe: (next: string) => {
      issuer = next
    },
    of: (role: Role): Environment => ({
      ROLES: role,
      PORT: '0',
      LOG_LEVEL: 'warn',
      // Nothing may be written there but by the identity provider, which keeps its keys.
      DATA_DIR: role === 'identity' ? directory : join(directory, 'unused', role),
      ...own(role),
    }),
  }
}

const PEPPER = 'a-pepper-of-tests-that-is-long-enough'
const SECRETS_KEY = 'a-secrets-key-of-tests-that-is-long-enough'
const WEBHOOK_SECRETS_KEY = 'a-webhook-secrets-key-of-tests-that-is-long-enough'

export const MAIN = 'server/main.ts'

export const stopProgram = async (program: Program): Promise<void> => {
  program.child.kill('SIGTERM')
  await program.exited
}

/** `environment` is given to every process beside its own. */
export const startDistributed = async (environment: Environment = {}): Promise<DistributedProduct> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-distributed-'))
  const [database, redis] = await Promise.all([createTestDatabase(), startRedis()])
  const settings = await environments({ database, redis, directory })
  const proxy = await startRecordingProxy(settings.urlOf('iam'))
  const subgraphs = new Map<SubgraphName, Program>()
  const others: Program[] = []
  const run = (role: Role, more: Environment = {}): Program => {
    const program = runProgram(MAIN, { ...settings.of(role), ...environment, ...more })
    others.push(program)
    return program
  }
  const runSubgraph = (name: SubgraphName): Program => {
    const port = settings.subgraphPorts.get(name)?.toString() ?? '0'
    const program = runProgram(MAIN, { ...settings.of(`subgraph:${name}`), ...environment, PORT: port })
    subgraphs.set(name, program)
    return program
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...others, ...subgraphs.values()].map(stopProgram))
    await Promise.all([database.drop(), redis.stop(), proxy.close()])
    await rm(directory, { recursive: true, force: true })
  }

  try {
    const identity = run('identity')
    const migrated = run('migrate')
    if ((await migrated.exited) !== 0) throw new Error(`The migration failed:\n${migrated.output()}`)
    const identityUrl = await addressOf(identity)
    const issuer = `${identityUrl}/identity`
    settings.believe(issuer)
    const SUBGRAPH_URLS = settings.of('gateway')['SUBGRAPH_URLS']?.replace(settings.urlOf('iam'), proxy.url) ?? ''
    const gateways = [
      run('gateway', { PORT: settings.gatewayPort.toString() }),
      run('gateway', { SUBGRAPH_URLS }),
    ] as const
    const worker = run('worker')
    const running = SUBGRAPHS.map(runSubgraph)
    const [first, second, workerUrl] = await Promise.all([
      addressOf(gateways[0]),
      addressOf(gateways[1]),
      addressOf(worker),
    ])
    await Promise.all(running.map((program) => addressOf(program)))

    return {
      urls: [first, second],
      tokenOf: tokensOf(issuer),
      database,
      subgraphUrls: new Map(SUBGRAPHS.map((name) => [name, settings.urlOf(name)])),
      workerUrl,
      identityUrl,
      overheard: proxy.received,
      environmentOf: settings.of,
      run,
      kill: async (name) => {
        const program = subgraphs.get(name)
        program?.child.kill('SIGKILL')
        await program?.exited
      },
      restart: async (name) => {
        await addressOf(runSubgraph(name))
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Signs demo users in, each once. */
export const tokensOf = (issuer: string) => {
  const known = new Map<string, Promise<string>>()
  return (email: string, factors: 'single' | 'multi' = 'single'): Promise<string> => {
    if (factors === 'multi') return signIn({ issuer, email, factors })
    const token = known.get(email) ?? signIn({ issuer, email, factors })
    known.set(email, token)
    return token
  }
}
