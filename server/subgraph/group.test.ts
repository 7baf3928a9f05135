import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { hostSubgraph } from './build.ts'
import { createSubgraphServer, type SubgraphServer } from './http.ts'
import { createInternalSigner, type InternalSigner } from '../../gateway/identity/internal-signer.ts'
import { createInternalTokenVerifier, PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { NO_GRANTS } from '../../platform/access/grants.ts'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { Subgraph } from '../../platform/subgraph/module.ts'

const NAMES = ['storage', 'billing'] as const
type Name = (typeof NAMES)[number]

let folder: string
let server: SubgraphServer
let url: string
let signer: InternalSigner

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'group-'))
  const file = join(folder, 'schema.graphql')
  const rule = '@public(reason: "says only who answers")'
  await writeFile(file, `type Query { who: String ${rule} } type Subscription { told: String ${rule} }`)
  signer = createInternalSigner({ keys: await createKeyRing('EdDSA'), clock: systemClock })
  const keys = localKeySet(signer.jwks)
  const load = () => Promise.resolve(NO_GRANTS)
  server = createSubgraphServer({
    subgraphs: NAMES.map((name) => {
      const subgraph: Subgraph = {
        resolvers: {
          Query: { who: () => name },
          Subscription: {
            told: {
              subscribe: async function* () {
                yield await Promise.resolve({ told: name })
              },
            },
          },
        },
        context: () => ({}),
        eventHandlers: {},
        jobs: {},
      }
      return {
        subgraph: hostSubgraph({ name, schemaFiles: [file], start: () => subgraph }, subgraph),
        verifier: createInternalTokenVerifier({ audience: name, keys, clock: systemClock, log: silentLog }),
      }
    }),
    grants: { load, fresh: load },
    log: silentLog,
    ready: () => Promise.resolve(),
  })
  url = await server.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const ask = async (path: string, audience: Name) => {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [PRINCIPAL_HEADER]: await signer.sign(ANONYMOUS, audience) },
    body: JSON.stringify({ query: '{ who }' }),
  })
  const { data } = (await response.json()) as { data?: unknown } // what every answer is
  return { status: response.status, data }
}

test('R88: subgraphs of one server answer each at its own path, and take no token that was made for another', async () => {
  for (const name of NAMES) {
    expect(await ask(`/${name}/graphql`, name)).toEqual({ status: 200, data: { who: name } })
    for (const other of NAMES.filter((candidate) => candidate !== name))
      expect(await ask(`/${name}/graphql`, other)).toEqual({ status: 401, data: undefined })
  }
})

test('at an address that names none of them nobody answers', async () => {
  for (const path of ['/graphql', '/iam/graphql', '/storage'])
    expect(await ask(path, 'storage')).toEqual({ status: 404, data: undefined })
})

test('their subscriptions go the same ways', async () => {
  const follow = async (path: string, audience: Name): Promise<unknown[]> => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}${path}`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    const extensions = { principal: await signer.sign(ANONYMOUS, audience) }
    const events: unknown[] = []
    for await (const event of client.iterate({ query: 'subscription { told }', extensions })) events.push(event)
    await client.dispose()
    return events
  }
  for (const name of NAMES) expect(await follow(`/${name}/graphql`, name)).toEqual([{ data: { told: name } }])
  await expect(follow('/storage/graphql', 'billing')).rejects.toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ])
  await expect(follow('/graphql', 'storage')).rejects.toHaveProperty('message', expect.stringContaining('404'))
})
