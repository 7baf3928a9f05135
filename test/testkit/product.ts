import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { COMPILED } from './compiled.ts'
import { until } from './until.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const START_MS = 60_000

/** A program of the product as its users start it: a process of its own, with its own settings. */
export interface Program {
  readonly child: ChildProcess
  /** Everything it printed so far. */
  readonly output: () => string
  /** Its exit code, when it ends (or -1 for a signal). */
  readonly exited: Promise<number>
}

/** Nothing of the test's own environment but what any process needs: a stray setting must not steer the product. */
export const runProgram = (
  program: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Program => {
  const { PATH, HOME, TMPDIR } = process.env
  const child = spawn(process.execPath, [join(ROOT, program), ...args], {
    cwd: ROOT,
    env: {
      ...{ ...(PATH && { PATH }), ...(HOME && { HOME }), ...(TMPDIR && { TMPDIR }) },
      ...{ NODE_COMPILE_CACHE: COMPILED, HOST: '127.0.0.1', ...environment },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : -1))
  return { child, output: () => printed.join(''), exited }
}

/** The first address that a program prints on a line with `ready`. */
export const addressOf = async (program: Program, timeoutMs = START_MS): Promise<string> => {
  const found = () => /ready.*?(http:\/\/127\.0\.0\.1:\d+)/.exec(program.output())?.[1]
  const isOver = () => found() !== undefined || program.child.exitCode !== null
  await until('the program was ready', isOver, timeoutMs).catch(() => undefined)
  const address = found()
  if (address === undefined) throw new Error(`The program was not ready, or ended before it was:\n${program.output()}`)
  return address
}

export interface Answer<Data = Record<string, unknown>> {
  readonly status: number
  /** The body as it came, for comparing bytes. */
  readonly text: string
  readonly data: Data | null | undefined
  readonly errors: readonly GraphQLFailure[]
}

export interface GraphQLFailure {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: {
    readonly code: string
    readonly correlationId: string
    readonly docsUrl: string
    readonly retryable: boolean
  }
}

/** Asks a graph as any HTTP client would. */
export const ask = async <Data = Record<string, unknown>>(
  url: string,
  query: string,
  options: {
    readonly variables?: Readonly<Record<string, unknown>>
    readonly token?: string
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<Answer<Data>> => {
  const { variables = {}, token, headers } = options
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  })
  const text = await response.text()
  const body = JSON.parse(text) as { data?: Data | null; errors?: GraphQLFailure[] } // the shape of every GraphQL answer
  return { status: response.status, text, data: body.data, errors: body.errors ?? [] }
}

/** The product as its users meet it: addresses of its gateways, and tokens of its demo users. */
export interface Product {
  readonly urls: readonly [string, ...string[]]
  /** One for each, but anew with a second factor, which is to be fresh. */
  readonly tokenOf: (email: string, factors?: 'single' | 'multi') => Promise<string>
  readonly stop: () => Promise<void>
}
