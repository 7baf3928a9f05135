import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { selfId } from '../../platform/ids/id.ts'
import { vision } from '../../server/demo/tenants.ts'
import { connectTerminal, type TerminalClient } from '../../terminal/testkit/terminal-client.ts'
import type { LoadResult } from './page.ts'

/** The load of `npm run bench:terminal`: opens the sessions through the graph, lets them stream, types, prints what it saw. */
const plan = z
  .object({
    origin: z.string(),
    token: z.string(),
    sessions: z.number(),
    bytesPerSecond: z.number(),
    seconds: z.number(),
  })
  .parse(JSON.parse(process.env['BENCH_PLAN'] ?? ''))

const OPEN_AT_ONCE = 8
/** How often a session writes. */
const WRITES_PER_SECOND = 4
const WARM_UP_MS = 3000
/** Upper case: what streams is lower case. */
const KEY = 'K'

const ask = async (query: string, variables: object): Promise<unknown> => {
  const response = await fetch(`${plan.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${plan.token}` },
    body: JSON.stringify({ query, variables }),
  })
  return response.json()
}

const allocations = z.object({
  data: z.object({
    project: z.object({
      allocations: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string(), state: z.string() }) })) }),
    }),
  }),
})
const opened = z.object({ data: z.object({ openTerminal: z.object({ url: z.string(), token: z.string() }) }) })

const findAllocation = async (): Promise<string> => {
  const answer = await ask(
    'query ($id: ID!) { project(id: $id) { allocations(first: 50) { edges { node { id state } } } } }',
    { id: selfId('prj', vision.id).text },
  )
  const { edges } = allocations.parse(answer).data.project.allocations
  const active = edges.find(({ node }) => node.state === 'ACTIVE')
  if (active === undefined) throw new Error('The demo has no active allocation')
  return active.node.id
}

/** Writes so much a second without starting a process for it: `read` waits on a pipe that never says anything. */
const STREAM = (bytes: number): string =>
  `stty -icanon; exec 3<> <(:); printf -v block '%0*d' ${String(bytes - 1)} 0; block=\${block//0/z}; while :; do echo "$block"; read -rt ${String(1 / WRITES_PER_SECOND)} -u 3; done\n`

interface Session {
  readonly client: TerminalClient
  readonly openedMs: number
}

const open = async (allocationId: string): Promise<Session> => {
  const began = performance.now()
  const answer = await ask(
    'mutation ($input: OpenTerminalInput!) { openTerminal(input: $input) { url token userErrors { code } } }',
    { input: { allocationId } },
  )
  const { url, token } = opened.parse(answer).data.openTerminal
  const client = await connectTerminal(url, token)
  await client.ready()
  const openedMs = performance.now() - began
  client.type(STREAM(Math.floor(plan.bytesPerSecond / plan.sessions / WRITES_PER_SECOND)))
  return { client, openedMs }
}

const openAll = async (): Promise<Session[]> => {
  const allocationId = await findAllocation()
  const sessions: Session[] = []
  while (sessions.length < plan.sessions) {
    const some = Array.from({ length: Math.min(OPEN_AT_ONCE, plan.sessions - sessions.length) }, () =>
      open(allocationId),
    )
    sessions.push(...(await Promise.all(some)))
  }
  return sessions
}

/** Types a key each second and notes how long its echo takes. One key at a time. */
const typeInto = async ({ client }: Session, until: number, note: (ms: number) => void): Promise<number> => {
  let typed = 0
  await pause(Math.random() * 1000)
  while (performance.now() < until) {
    const sent = performance.now()
    const echo = Promise.withResolvers<undefined>()
    const look = (data: Buffer): void => {
      if (data[0] === 0x82 && data.includes(KEY, 9)) echo.resolve(undefined)
    }
    client.socket.on('message', look)
    client.type(KEY)
    typed += 1
    await Promise.race([echo.promise.then(() => note(performance.now() - sent)), pause(5000)])
    client.socket.off('message', look)
    await pause(Math.max(0, 1000 - (performance.now() - sent)))
  }
  return typed
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN

const isWhole = ({ client }: Session): boolean => {
  try {
    return client.output().length > 0
  } catch {
    return false
  }
}

const sessions = await openAll()
await pause(WARM_UP_MS)
const before = sessions.reduce((sum, { client }) => sum + client.offset(), 0)
const began = performance.now()
const echoes: number[] = []
const typed = await Promise.all(
  sessions.map((session) => typeInto(session, began + plan.seconds * 1000, (ms) => echoes.push(ms))),
)
const bytes = sessions.reduce((sum, { client }) => sum + client.offset(), 0) - before
const seconds = (performance.now() - began) / 1000
echoes.sort((a, b) => a - b)
const openings = sessions.map(({ openedMs }) => openedMs).toSorted((a, b) => a - b)
const result: LoadResult = {
  bytesPerSecond: bytes / seconds,
  keys: {
    typed: typed.reduce((sum, count) => sum + count, 0),
    echoed: echoes.length,
    p50: percentile(echoes, 0.5),
    p99: percentile(echoes, 0.99),
    max: echoes.at(-1) ?? NaN,
  },
  broken: sessions.filter((session) => !isWhole(session)).length,
  opened: { p50: percentile(openings, 0.5), p99: percentile(openings, 0.99) },
}
console.log(JSON.stringify(result))
for (const { client } of sessions) client.socket.terminate()
