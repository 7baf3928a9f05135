import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, type Child } from './child.ts'
import { openFilledDatabase } from './filled-database.ts'
import type { Target } from './load.ts'
import { undoing } from './undoing.ts'
import { serverFlags } from '../bin/commands.mjs'
import { signIn } from '../identity/sign-in.ts'
import { createKeyRing, printKeyRing } from '../platform/crypto/key-ring.ts'

export const CONTENDERS = ['in-process', 'over-http', 'stock'] as const
export type ContenderName = (typeof CONTENDERS)[number]

/** Everything that the bench runs, on 127.0.0.1 and in a directory of its own. */
export interface Stage {
  readonly targets: ReadonlyMap<ContenderName, Target>
  /** Resident megabytes of each process, as it stands now. */
  readonly memory: () => Promise<Readonly<Record<string, number>>>
  readonly stop: () => Promise<void>
}

export interface StageOptions {
  readonly progress: (message: string) => void
  /** For the process of the in-process contender: `--cpu-prof` and the like. */
  readonly nodeFlags: readonly string[]
}

const urlOf = (child: Child, name: string): string => {
  const url = child.urls.get(name)
  if (url === undefined) throw new Error(`A process did not tell where ${name} listens`)
  return `${url}/graphql`
}

export const setStage = async ({ progress, nodeFlags }: StageOptions): Promise<Stage> => {
  const undo = undoing()
  try {
    const directory = await mkdtemp(join(tmpdir(), 'gpuaas-bench-'))
    undo.add(() => rm(directory, { recursive: true, force: true }))
    const secret = randomBytes(32).toString('base64')
    const place = await openFilledDatabase({ directory, secret, progress })
    undo.add(place.stop)

    const common = {
      DATA_DIR: join(directory, 'process'),
      DATABASE_URL: place.ownerUrl,
      DATABASE_ROLE_SECRET: secret,
      INTERNAL_SIGNING_KEY: printKeyRing(await createKeyRing('EdDSA')),
      PORT: '0',
    }
    const start = async (
      program: string,
      environment: Record<string, string>,
      addresses = 1,
      flags: readonly string[] = [],
    ) => {
      const child = await startChild({
        program,
        environment: { ...common, ...environment },
        addresses,
        nodeFlags: flags,
      })
      undo.add(child.stop)
      return child
    }

    progress('Starting the embedded product')
    const embedded = await start('server/main.ts', {}, 1, [...serverFlags, ...nodeFlags])
    const embeddedUrl = urlOf(embedded, 'GPUaaS Graph')
    const issuer = embeddedUrl.replace('/graphql', '/identity')
    progress('Starting the subgraphs on HTTP and the two gateways before them')
    const subgraphs = await start('bench/subgraphs-process.ts', {}, 6)
    const subgraphUrls = [...subgraphs.urls].map(([name, url]) => `${name}=${url}/graphql`).join()
    const remote = { NODE_ENV: 'production', OIDC_ISSUER: issuer, SUBGRAPH_URLS: subgraphUrls }
    const gateway = await start('bench/gateway-process.ts', remote)
    const stock = await start('bench/stock-process.ts', { ...remote, APOLLO_TELEMETRY_DISABLED: 'true' })

    const token = await signIn({ issuer, email: 'owner@northwind.example', factors: 'single' })
    return {
      targets: new Map([
        ['in-process', { url: embeddedUrl, token }],
        ['over-http', { url: urlOf(gateway, 'gateway'), token }],
        ['stock', { url: urlOf(stock, 'stock'), token }],
      ]),
      memory: async () => ({
        'in-process': await embedded.memoryMegabytes(),
        'over-http': await gateway.memoryMegabytes(),
        stock: await stock.memoryMegabytes(),
        subgraphs: await subgraphs.memoryMegabytes(),
      }),
      stop: undo.all,
    }
  } catch (error) {
    await undo.all()
    throw error
  }
}
