import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { createInternalSigner, type InternalSigner } from '../../gateway/identity/internal-signer.ts'
import { encodePrincipal } from '../../platform/access/principal-claims.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing, rotateKeyRing, type KeyRing, type PrivateKey } from '../../platform/crypto/key-ring.ts'
import { fileOf } from '../testkit/guide-code.ts'
import { until } from '../testkit/until.ts'

const GUIDE = 'verify-the-internal-token.md'
const ada: Principal = {
  kind: 'user',
  subject: 'ada',
  sessionId: 's-1',
  authenticatedAt: new Date('2026-01-01T00:00:00Z'),
  assurance: 'multi',
}
const robot: Principal = {
  kind: 'service-account',
  serviceAccountId: 'sva-1',
  apiKeyId: 'key-1',
  capabilities: ['READ'],
}

// Each reads a token a line (JSON), and answers with its claims or null.
const NODE_RUNNER = `import { createInterface } from 'node:readline'
import { principalVerifier } from './verify-principal.mjs'
const [jwksUrl] = process.argv.slice(2)
const verify = principalVerifier({ jwksUrl, issuer: 'gpuaas-gateway', audience: 'boards' })
for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await verify(JSON.parse(line) ?? undefined).catch(() => null)))
`
const PYTHON_RUNNER = `import json, sys
from verify_principal import PrincipalVerifier
verifier = PrincipalVerifier(sys.argv[1], "gpuaas-gateway", "boards")
for line in sys.stdin:
    try:
        print(json.dumps(verifier.verify(json.loads(line))), flush=True)
    except Exception:
        print("null", flush=True)
`

let folder: string
let keys: KeyRing
let foreign: KeyRing
let signer: InternalSigner
let gateway: Server
let jwksUrl: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-'))
  for (const name of ['verify-principal.mjs', 'verify_principal.py'])
    await writeFile(join(folder, name), await fileOf(GUIDE, name))
  await writeFile(join(folder, 'run.mjs'), NODE_RUNNER)
  await writeFile(join(folder, 'run.py'), PYTHON_RUNNER)
  keys = await createKeyRing('EdDSA')
  foreign = await createKeyRing('EdDSA')
  signer = createInternalSigner({ keys, clock: systemClock })
  gateway = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(signer.jwks())),
  )
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const { port } = gateway.address() as AddressInfo // a server that listens on a port has one
  jwksUrl = `http://127.0.0.1:${port.toString()}/.well-known/jwks.json`
})
afterAll(async () => {
  gateway.closeAllConnections()
  await new Promise((resolve) => gateway.close(resolve))
  await rm(folder, { recursive: true })
})

const seconds = (): number => Math.floor(Date.now() / 1000)
const crafted = async (
  changes: Readonly<Record<string, unknown>>,
  { key = keys[0], kid = key.kid, typ = 'gpuaas-principal+jwt' }: { key?: PrivateKey; kid?: string; typ?: string } = {},
): Promise<string> => {
  const claims = { ...encodePrincipal(ada), iss: 'gpuaas-gateway', aud: 'boards', iat: seconds(), exp: seconds() + 60 }
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .sign(await importJWK({ ...key }, 'EdDSA'))
}

const FORGED: readonly (readonly [name: string, make: () => unknown])[] = [
  ['none', () => Promise.resolve(null)],
  ['an empty one', () => Promise.resolve('')],
  ['nonsense', () => Promise.resolve('nonsense')],
  ['a long one', () => Promise.resolve('x'.repeat(20_000))],
  ['another subgraph’s', () => signer.sign(ada, 'cards')],
  ['one for several subgraphs', () => crafted({ aud: ['boards', 'cards'] })],
  ['another issuer’s', () => crafted({ iss: 'somebody' })],
  ['an expired one', () => crafted({ iat: seconds() - 120, exp: seconds() - 60 })],
  ['one of tomorrow', () => crafted({ iat: seconds() + 3600, exp: seconds() + 3660 })],
  ['one that lives an hour', () => crafted({ exp: seconds() + 3600 })],
  ['one without an end', () => crafted({ exp: undefined })],
  ['one of another type', () => crafted({}, { typ: 'JWT' })],
  ['one of a kind that nobody knows', () => crafted({ kind: 'root' })],
  ['one that names nobody', () => crafted({ sub: '' })],
  ['one of an unknown key', () => crafted({}, { key: foreign[0] })],
  ['one of an unknown key under a known id', () => crafted({}, { key: foreign[0], kid: keys[0].kid })],
  ['an unsigned one', () => Promise.resolve(new UnsecuredJWT({ ...encodePrincipal(ada) }).encode())],
  [
    'one signed with the public key as a secret',
    () =>
      new SignJWT({
        ...encodePrincipal(ada),
        iss: 'gpuaas-gateway',
        aud: 'boards',
        iat: seconds(),
        exp: seconds() + 60,
      })
        .setProtectedHeader({ alg: 'HS256', kid: keys[0].kid, typ: 'gpuaas-principal+jwt' })
        .sign(Buffer.from(keys[0].x, 'base64url')),
  ],
  [
    'one whose claims were changed',
    async () => (await crafted({})).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
  ],
]

const hasPython = spawnSync('python3', ['-c', 'import cryptography']).status === 0

const EXAMPLES: readonly (readonly [language: string, command: string, program: string])[] = [
  ['Node', process.execPath, 'run.mjs'],
  ...(hasPython ? [['Python', 'python3', 'run.py'] as const] : []),
]

describe.each(EXAMPLES)('the guide’s example in %s', (_, command, program) => {
  let child: ChildProcess
  const answers: string[] = []
  const claimsOf = async (token: unknown): Promise<unknown> => {
    const index = answers.length
    child.stdin?.write(`${JSON.stringify(token)}\n`)
    await until('the example has answered', () => answers.length > index)
    return JSON.parse(answers[index] ?? 'null')
  }

  beforeAll(() => {
    signer.use(keys)
    child = spawn(command, [join(folder, program), jwksUrl], { stdio: ['pipe', 'pipe', 'inherit'] })
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => answers.push(line))
  })
  afterAll(() => void child.kill())

  test.each([ada, robot, ANONYMOUS])('learns who is calling: $kind', async (principal) => {
    expect(await claimsOf(await signer.sign(principal, 'boards'))).toMatchObject(encodePrincipal(principal))
  })

  test.each(FORGED)('refuses %s', async (__, make) => {
    expect(await claimsOf(await make())).toBeNull()
  })

  test('accepts a new key when it begins to sign, and the old one while it is published', async () => {
    const before = await signer.sign(ada, 'boards')
    signer.use(await rotateKeyRing(keys))
    await until('the new key is read', async () => (await claimsOf(await signer.sign(ada, 'boards'))) !== null)
    expect(await claimsOf(before)).toMatchObject({ sub: 'ada' })
  })
})
