import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import fastify, { type FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { COMPILED } from '../test/testkit/compiled.ts'
import { silentLog } from '../platform/log/log.ts'
import { DEMO_USERS } from './demo-users.ts'
import { createIdentityProvider, type IdentityProvider } from './provider.ts'
import { registerIdentityRoutes } from './routes.ts'
import { findRunningServer, forgetRunningServer, recordRunningServer } from './running-server.ts'

let app: FastifyInstance
let provider: IdentityProvider | undefined
let keysDirectory: string
let origin: string
let issuer: string
let directory: string

beforeAll(async () => {
  keysDirectory = await mkdtemp(join(tmpdir(), 'identity-'))
  app = fastify()
  await registerIdentityRoutes(app, '/identity', () => provider)
  origin = await app.listen({ port: 0, host: '127.0.0.1' })
  issuer = `${origin}/identity`
  provider = await createIdentityProvider({
    issuer,
    dataDirectory: keysDirectory,
    users: DEMO_USERS,
    mode: 'test',
    log: silentLog,
  })
})
afterAll(async () => {
  await app.close()
  await rm(keysDirectory, { recursive: true })
})
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'data-'))
})
afterEach(() => rm(directory, { recursive: true }))

const token = (...args: readonly string[]) =>
  new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    const program = join(import.meta.dirname, 'token.ts')
    const env = { NODE_COMPILE_CACHE: COMPILED, DATA_DIR: directory }
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr }),
    )
  })

test('npm run token prints a token of the person and nothing else, while the server runs', async () => {
  await recordRunningServer(directory, { origin, issuer, pid: process.pid })
  const { status, stdout, stderr } = await token('owner@northwind.example')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(decodeJwt(stdout.trim())).toMatchObject({
    iss: issuer,
    sub: DEMO_USERS[0].subject,
    acr: 'urn:gpuaas:acr:password',
  })
  expect(decodeJwt((await token('owner@northwind.example', '--mfa')).stdout.trim())).toMatchObject({
    acr: 'urn:gpuaas:acr:mfa',
  })
})

test('an unknown person, option or no person at all: the demo users are listed on standard error', async () => {
  for (const args of [['nobody@northwind.example'], ['--admin', 'owner@northwind.example'], []]) {
    const { status, stdout, stderr } = await token(...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    for (const { email } of DEMO_USERS) expect(stderr).toContain(email)
  }
})

test('without a running server it says so, and how to start one', async () => {
  const gone = await new Promise<number>((resolve) => {
    const child = execFile(process.execPath, ['--version'], () => resolve(child.pid ?? 0))
  })
  for (const arrange of [
    () => undefined,
    () => recordRunningServer(directory, { origin, issuer, pid: gone }),
    () => writeFile(join(directory, 'server.json'), '{"origin":'),
  ]) {
    await arrange()
    const { status, stdout, stderr } = await token('owner@northwind.example')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('Start one with: npm start')
  }
})

test('a server that does not answer, or uses another provider, is named', async () => {
  await recordRunningServer(directory, { origin, issuer: 'http://127.0.0.1:1/identity', pid: process.pid })
  expect(await token('owner@northwind.example')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('cannot be reached'),
  })
  await recordRunningServer(directory, { origin, issuer: undefined, pid: process.pid })
  expect(await token('owner@northwind.example')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('OIDC_ISSUER'),
  })
})

test('a record is found while its process lives, and taken back only by the process that wrote it', async () => {
  const server = { origin, issuer, pid: process.pid }
  await recordRunningServer(directory, server)
  await forgetRunningServer(directory, process.pid + 1)
  expect(await findRunningServer(directory)).toEqual(server)
  await forgetRunningServer(directory, process.pid)
  expect(await findRunningServer(directory)).toBeUndefined()
})
