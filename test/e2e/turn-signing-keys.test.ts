import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { decodeProtectedHeader } from 'jose'
import { createInternalSigner } from '../../gateway/identity/internal-signer.ts'
import { turnKeys } from '../../gateway/identity/turn-keys.ts'
import { createInternalTokenVerifier, PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing, publicKeys } from '../../platform/crypto/key-ring.ts'
import { remoteKeySet } from '../../platform/crypto/remote-key-set.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId } from '../../platform/ids/id.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { subgraphSdl } from '../../schema/subgraph-sdl.ts'
import { hostSubgraph } from '../../server/subgraph/build.ts'
import { createSubgraphServer, type SubgraphServer } from '../../server/subgraph/http.ts'
import { addressOf, ask, runProgram, type Program } from '../testkit/product.ts'
import { startTokenIssuer, TEST_AUDIENCE, type TokenIssuer } from '../testkit/token-issuer.ts'
import { until } from '../testkit/until.ts'

jest.setTimeout(120_000) // a process starts, on a machine that may be busy

const SDL = `type Query { secret(id: ID!): String @projectScoped(capability: STORAGE_BUCKET_READ, project: "id") }`
const CALLERS = 4

const project = systemIds.next()
const organization = systemIds.next()
const capabilities = ['STORAGE_BUCKET_READ']
const grants: Grants = {
  ...NO_GRANTS,
  userId: systemIds.next(),
  projects: new Map([
    [project, { organizationId: organization, suspended: false, capabilities: new Set(capabilities) }],
  ]),
}

let folder: string
let keys: string
let issuer: TokenIssuer
let subgraph: SubgraphServer
let subgraphUrl: string
let gateway: Program
let gatewayUrl: string
/** The internal tokens that the subgraph let in, by the id of their key. */
const accepted = new Map<string, string>()
const refused: string[] = []

/** A subgraph as it runs in a process of its own, reading the keys of its gateway over HTTP. */
const startSubgraph = async (): Promise<void> => {
  const schema = join(folder, 'schema.graphql')
  await writeFile(schema, SDL)
  const running = {
    resolvers: { Query: { secret: () => 'told' } },
    context: () => ({}),
    eventHandlers: {},
    jobs: {},
  }
  const module: SubgraphModule = { name: 'storage', schemaFiles: [schema], start: () => running }
  const verifier = createInternalTokenVerifier({
    audience: 'storage',
    keys: remoteKeySet({
      location: () => Promise.resolve(new URL(`${gatewayUrl}/.well-known/jwks.json`)),
      freshMilliseconds: 100,
      cooldownMilliseconds: 50,
      clock: systemClock,
      log: silentLog,
    }),
    clock: systemClock,
    log: silentLog,
  })
  subgraph = createSubgraphServer({
    subgraphs: [
      {
        subgraph: hostSubgraph(module, running),
        verifier: {
          verify: async (token) => {
            const principal = await verifier.verify(token).catch((error: unknown) => {
              refused.push(String(error))
              throw error
            })
            if (token !== undefined) accepted.set(decodeProtectedHeader(token).kid ?? '', token)
            return principal
          },
        },
      },
    ],
    grants: { load: () => Promise.resolve(grants), fresh: () => Promise.resolve(grants) },
    log: silentLog,
    ready: () => Promise.resolve(),
  })
  subgraphUrl = await subgraph.listen({ host: '127.0.0.1', port: 0 })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turning-'))
  keys = join(folder, 'signing-keys.json')
  await turnKeys(keys, 'create')
  issuer = await startTokenIssuer(systemClock)
  await startSubgraph()
  const typeDefs = parse(subgraphSdl([join(folder, 'schema.graphql')]))
  const { supergraphSdl } = composeServices([{ name: 'storage', url: `${subgraphUrl}/graphql`, typeDefs }])
  if (supergraphSdl === undefined) throw new Error('the test graph does not compose')
  await writeFile(join(folder, 'supergraph.graphql'), supergraphSdl)
  await writeFile(join(folder, 'jwks.json'), JSON.stringify(publicKeys(issuer.keys())))
  const projects = { [project]: { organization, capabilities } }
  await writeFile(join(folder, 'grants.json'), JSON.stringify({ ada: { projects } }))
  gateway = runProgram('gateway/main.ts', {
    SUPERGRAPH_FILE: join(folder, 'supergraph.graphql'),
    PORT: '0',
    JWKS_FILE: join(folder, 'jwks.json'),
    JWT_ISSUER: issuer.issuer,
    JWT_AUDIENCE: TEST_AUDIENCE,
    GRANTS_FILE: join(folder, 'grants.json'),
    INTERNAL_SIGNING_KEY_FILE: keys,
    LOG_FORMAT: 'json',
  })
  gatewayUrl = await addressOf(gateway)
})
afterAll(async () => {
  gateway.child.kill()
  await gateway.exited
  await Promise.all([subgraph.close(), issuer.close()])
  await rm(folder, { recursive: true })
})

const textAt = async (path: string): Promise<string> => (await fetch(`${gatewayUrl}${path}`)).text()

/** What the subgraph answers to an internal token that somebody shows it without the gateway. */
const shown = async (token: string): Promise<number> => {
  const response = await fetch(`${subgraphUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [PRINCIPAL_HEADER]: token },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  })
  await response.text()
  return response.status
}

test('keys turn under load, and no request fails: published, then used, then the old one retired', async () => {
  const token = await issuer.sign({ sub: 'ada' })
  const query = `{ secret(id: "${selfId('prj', project).text}") }`
  const failures: string[] = []
  let answered = 0
  let isOver = false
  const load = async (): Promise<void> => {
    while (!isOver) {
      const { status, data, text } = await ask(gatewayUrl, query, { token })
      if (status !== 200 || data?.['secret'] !== 'told') failures.push(text)
      answered++
    }
  }
  const loads = Array.from({ length: CALLERS }, load)
  await until('the first requests are answered', () => answered > 2 * CALLERS)
  const [old] = await turnKeys(keys, 'publish')
  if (old === undefined) throw new Error('a ring has a key')

  await until(
    'both keys are published',
    async () => (await textAt('/.well-known/jwks.json')).split('"kid"').length === 3,
  )
  expect([...accepted.keys()]).toEqual([old])
  const [next = ''] = await turnKeys(keys, 'use')
  await until('the subgraph accepts the new key', () => accepted.has(next))
  expect(await textAt('/metrics')).toContain(`gpuaas_internal_signing_key{kid="${next}"} 1`)
  expect(await textAt('/metrics')).toContain(`gpuaas_internal_signing_key{kid="${old}"} 0`)
  const before = accepted.get(old) ?? ''
  expect(await shown(before)).toBe(200)

  const soFar = answered
  await until('the new key serves the load', () => answered > soFar + 10 * CALLERS)
  expect(await turnKeys(keys, 'retire')).toEqual([next])
  await until('the old key is distrusted', async () => (await shown(before)) === 401)
  isOver = true
  await Promise.all(loads)
  expect(failures).toEqual([])
  expect(gateway.output()).toContain(`"active":"${next}"`)
  // What was refused is the old token that this test showed, and nothing that the gateway sent.
  expect(new Set(refused).size).toBe(1)
})

test('a key that the gateway does not publish signs nothing, under its own id or another’s', async () => {
  const ada: Principal = {
    kind: 'user',
    subject: 'ada',
    sessionId: undefined,
    authenticatedAt: undefined,
    assurance: 'multi',
  }
  const [forger] = await createKeyRing('EdDSA')
  const known = /"kid":"([^"]+)"/.exec(await textAt('/.well-known/jwks.json'))?.[1] ?? ''
  for (const kid of [forger.kid, known]) {
    const signer = createInternalSigner({ keys: [{ ...forger, kid }], clock: systemClock })
    expect(await shown(await signer.sign(ada, 'storage'))).toBe(401)
  }
})

test('a file of keys that is broken changes nothing, and is logged without what it holds', async () => {
  const held = await readFile(keys, 'utf8')
  await writeFile(keys, held.slice(0, -20))
  await until('it is logged', () => gateway.output().includes('a changed file is wrong'))
  expect(gateway.output()).not.toContain(/"d": ?"([^"]+)"/.exec(held)?.[1] ?? 'no private part')
  const token = await issuer.sign({ sub: 'ada' })
  const { data } = await ask(gatewayUrl, `{ secret(id: "${selfId('prj', project).text}") }`, { token })
  expect(data).toEqual({ secret: 'told' })
})
