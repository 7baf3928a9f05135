import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { COMPILED } from '../test/testkit/compiled.ts'
import { federatedGraph } from '../test/testkit/federated-graph.ts'
import { readAnswer } from '../test/testkit/gateway.ts'
import { startHttpSubgraph, type HttpSubgraph } from '../test/testkit/http-subgraph.ts'
import { createTicker } from '../test/testkit/graphs/ticker.ts'
import { connectSocket } from '../test/testkit/raw-socket.ts'
import { until } from '../test/testkit/until.ts'

const ticker = createTicker()
/** For the start of a process on a machine that is busy. */
const START_MS = 60_000
jest.setTimeout(2 * START_MS)
const MAIN = join(import.meta.dirname, 'main.ts')

let directory: string
let file: string
let subgraphs: Readonly<Record<'ticker' | 'stocks', HttpSubgraph>>
let sdl: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-'))
  file = join(directory, 'any.graphql')
  const { schemas } = federatedGraph(ticker.subgraphs)
  const start = async (name: string) => {
    const schema = schemas.get(name)
    if (!schema) throw new Error(name)
    return startHttpSubgraph(schema)
  }
  subgraphs = { ticker: await start('ticker'), stocks: await start('stocks') }
  sdl = federatedGraph(ticker.subgraphs, { ticker: subgraphs.ticker.url, stocks: subgraphs.stocks.url }).sdl
  await writeFile(file, sdl)
})
afterAll(async () => {
  await Promise.all([subgraphs.ticker.close(), subgraphs.stocks.close()])
  await rm(directory, { recursive: true })
})

interface Program {
  readonly output: () => string
  readonly errors: () => string
  readonly url: () => Promise<string>
  readonly exited: Promise<number | null>
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** `npm run gateway`, with nothing in its environment but what a test gives. */
const start = (environment: Readonly<Record<string, string>>): Program => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, LOG_FORMAT: 'json', ...environment },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    output: () => output,
    errors: () => errors,
    exited,
    url: async () => {
      await until(
        'the gateway is ready',
        () => output.includes('Gateway ready at') || child.exitCode !== null,
        START_MS,
      )
      const url = /Gateway ready at (\S+)\/graphql/.exec(output)?.[1]
      if (url === undefined) throw new Error(`The gateway did not start: ${errors}`)
      return url
    },
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return exited
    },
  }
}

const ask = async (url: string, query: string, headers: Readonly<Record<string, string>> = {}) =>
  readAnswer(
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    }),
  )

test('R13: federates any graph by its file and a port alone; what callers say of themselves never travels on', async () => {
  const program = start({ SUPERGRAPH_FILE: file, PORT: '0' })
  const url = await program.url()
  expect((await ask(url, '{ open }')).data).toEqual({ open: 0 })

  const spoofed = {
    authorization: 'Bearer of-somebody',
    'x-gpuaas-principal': 'forged',
    'X-GPUaaS-Project': 'prj_x',
    cookie: 'session=1',
  }
  expect((await ask(url, '{ open }', spoofed)).data).toEqual({ open: 0 })
  const sent = subgraphs.ticker.received.at(-1)?.rawHeaders.join('\n').toLowerCase() ?? ''
  expect(sent).not.toMatch(/authorization|gpuaas|cookie|forged|somebody|prj_x/)
  expect(sent).toContain('x-correlation-id')

  const socket = await connectSocket(url, { authorization: 'Bearer of-somebody' })
  socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { tick { at stock { name } } }' } })
  await until('the subgraph streams', () => ticker.open() === 1)
  ticker.push('a')
  expect((await socket.message(1)).payload).toEqual({ data: { tick: { at: 1, stock: { name: 'Stock a' } } } })
  expect(subgraphs.ticker.subscribed.at(-1)?.extensions).not.toHaveProperty('principal')

  expect(await program.stop()).toBe(0)
  expect((await socket.closed()).code).toBe(1012)
  await until('the stream has ended', () => ticker.open() === 0)
})

test('a subgraph that is down leaves the rest, and is back without a restart', async () => {
  const { schemas } = federatedGraph(ticker.subgraphs)
  const schema = schemas.get('stocks')
  if (!schema) throw new Error('unreachable')
  const flaky = await startHttpSubgraph(schema)
  const own = join(directory, 'flaky.graphql')
  await writeFile(own, federatedGraph(ticker.subgraphs, { ticker: subgraphs.ticker.url, stocks: flaky.url }).sdl)
  const program = start({ SUPERGRAPH_FILE: own, PORT: '0' })
  const url = await program.url()
  const socket = await connectSocket(url)
  socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { tick { at stock { id name } } }' } })
  await until('the subgraph streams', () => ticker.open() === 1)
  await flaky.close()
  ticker.push('a')
  expect((await socket.message(1)).payload).toMatchObject({
    data: { tick: { at: 1, stock: { id: 'a', name: null } } },
    errors: [{ path: ['tick', 'stock', 'name'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  })
  const again = await startHttpSubgraph(schema, { port: Number(new URL(flaky.url).port) })
  ticker.push('b')
  expect((await socket.message(2)).payload).toEqual({ data: { tick: { at: 1, stock: { id: 'b', name: 'Stock b' } } } })
  socket.socket.terminate()
  expect(await program.stop('SIGINT')).toBe(0)
  await again.close()
})

test('a supergraph file that changes is served without a restart; one that is broken changes nothing and is logged', async () => {
  const changing = join(directory, 'changing.graphql')
  await writeFile(changing, sdl)
  const program = start({ SUPERGRAPH_FILE: changing, PORT: '0' })
  const url = await program.url()
  const fields = async () => JSON.stringify((await ask(url, '{ __type(name: "Stock") { fields { name } } }')).data)
  expect(await fields()).toContain('price')
  await writeFile(changing, sdl.replace('price: Int!', 'cost: Int!'))
  await until('the new graph is served', async () => (await fields()).includes('cost'))
  await writeFile(changing, 'type Query {')
  await until('the broken one is logged', () => program.output().includes('the changed supergraph is invalid'))
  expect(await fields()).toContain('cost')
  expect(await program.stop()).toBe(0)
})

test.each<[name: string, environment: () => Record<string, string>, message: RegExp]>([
  ['no file', () => ({}), /SUPERGRAPH_FILE is needed.*Example: SUPERGRAPH_FILE=/s],
  [
    'a file that is missing',
    () => ({ SUPERGRAPH_FILE: join(directory, 'none.graphql') }),
    /SUPERGRAPH_INVALID.*cannot be read.*none\.graphql/s,
  ],
  ['a port that is none', () => ({ SUPERGRAPH_FILE: file, PORT: 'seventy' }), /CONFIG_INVALID.*PORT must be/s],
  [
    'a switch that turns a protection off',
    () => ({ SUPERGRAPH_FILE: file, APOLLO_DISABLE_SECURITY_RECURSIVE_SELECTIONS_CHECK: 'true' }),
    /APOLLO_DISABLE_SECURITY_RECURSIVE_SELECTIONS_CHECK must not be set/,
  ],
])('with %s it says so and ends', async (_, environment, message) => {
  const program = start({ PORT: '0', ...environment() })
  expect(await program.exited).toBe(1)
  expect(program.errors()).toMatch(message)
  expect(program.errors()).not.toMatch(/\n\s+at /)
})

test.each([
  ['is no GraphQL', 'type Query {', /SUPERGRAPH_INVALID.*Syntax Error/s],
  ['is no supergraph', 'type Query { plan: String }', /SUPERGRAPH_INVALID/],
  ['names a subgraph without an address', undefined, /SUPERGRAPH_INVALID.*has no HTTP address/s],
])('with a file that %s it says so and ends', async (name, text, message) => {
  const broken = join(directory, `${name.replaceAll(' ', '-')}.graphql`)
  await writeFile(broken, text ?? federatedGraph(ticker.subgraphs).sdl)
  const program = start({ SUPERGRAPH_FILE: broken, PORT: '0' })
  expect(await program.exited).toBe(1)
  expect(program.errors()).toMatch(message)
})

test('with a port that is taken it says so and ends', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const program = start({ SUPERGRAPH_FILE: file, PORT: String(port) })
  expect(await program.exited).toBe(1)
  expect(program.errors()).toMatch(/PORT_TAKEN/)
  server.close()
})
