import { afterEach, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { NODE_GRACE_MS, PING_MS, SILENCE_MS } from '../terminal/node-link/liveness.ts'
import { startStage, type Stage, type StageOptions } from '../terminal/testkit/stage.ts'
import { until } from '../test/testkit/until.ts'
import { createGraphClient } from './index.js'
import type { LostOutput, Terminal, TerminalOptions } from './types.d.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

interface Request {
  readonly query: string
  readonly variables: { readonly id: string; readonly input: { readonly sessionId: string } }
}
type Refusal = { readonly code: string; readonly message: string; readonly field: readonly string[] }

/** A client whose terminals are at a real terminal gateway, and whose graph answers what its control of sessions says. */
const arrange = async (options: StageOptions = {}) => {
  const stage = await startStage(options)
  const sockets: WebSocket[] = []
  const asked: string[] = []
  let refusals: readonly Refusal[] = []
  const ticket = (query: string, sessionId: string) => {
    if (query.includes('closeTerminal')) return { session: { id: sessionId }, userErrors: [] }
    const opened = query.includes('reattach')
      ? { sessionId, token: stage.sessions.reattach(stage.sessions.row(sessionId as never).ticket.sessionId) }
      : stage.sessions.open()
    return { session: { id: opened.sessionId }, url: stage.url, token: opened.token, userErrors: [] }
  }
  const graph: typeof fetch = async (_, init) => {
    const { query, variables } = JSON.parse(init?.body as string) as Request // what the client itself wrote
    if (query.startsWith('query')) {
      const { reason = null, exitCode = null } = stage.sessions.row(variables.id as never)
      return Response.json({ data: { session: { closeReason: reason, exitCode } } })
    }
    asked.push(/(\w+)\(input: \$input\)/.exec(query)?.[1] ?? '')
    const [refusal] = refusals
    refusals = refusals.slice(1)
    const terminal = refusal
      ? { session: null, url: null, token: null, userErrors: [refusal] }
      : ticket(query, variables.input.sessionId)
    return Response.json({ data: { terminal } })
  }
  class Watched extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      sockets.push(this)
    }
  }
  const client = createGraphClient({
    url: 'http://graph.example/graphql',
    fetch: graph,
    WebSocket: Watched,
    backoff: { baseMs: 10, maxMs: 50 },
  })
  undo.push(
    () => stage.stop(),
    () => client.close(),
  )
  return {
    stage,
    client,
    sockets,
    asked,
    refuse: (...next: readonly string[]) => {
      refusals = next.map((code) => ({ code, message: code, field: [] }))
    },
    open: (more: Partial<TerminalOptions> = {}) => client.openTerminal({ allocationId: 'a', ...more }),
  }
}

/** Reads all of it in the background. */
const reading = (terminal: Terminal) => {
  const chunks: Uint8Array[] = []
  let size = 0
  const over = (async () => {
    for await (const chunk of terminal.output) {
      chunks.push(chunk)
      size += chunk.length
    }
  })()
  const text = () => Buffer.concat(chunks).toString()
  return {
    text,
    over,
    size: () => size,
    shows: (what: string) => until(`it shows ${what}`, () => text().includes(what)),
  }
}

const attachments = (stage: Stage, { sessionId }: Terminal) => stage.sessions.row(sessionId as never).ticket.generation

test('types, resizes and ends as the program does', async () => {
  const { open, asked } = await arrange()
  const terminal = await open({ columns: 100, rows: 30 })
  const { shows, over } = reading(terminal)
  await terminal.write('stty size; echo mar$((40+2))ker\n')
  await shows('30 100')
  await shows('mar42ker')
  expect(terminal.state).toEqual({ status: 'open' })
  terminal.resize(120, 40)
  await terminal.write('stty size\n')
  await shows('40 120')
  await terminal.write('exit 3\n')
  expect(await terminal.exit).toEqual({ code: 4410, reason: 'EXIT', exitCode: 3, signal: 0 })
  await over
  expect(terminal.state.status).toBe('closed')
  expect(asked).toEqual(['openTerminal'])
})

const LINES = 300_000
const EXPECTED = Array.from({ length: LINES }, (_, index) => `${String(index + 1)}\n`).join('')
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

const PARTS = 12
const LINES_OF_A_PART = LINES / PARTS
/** A part, and the next one when a line is read: what comes while nobody is attached is less than what is kept. */
const IN_PARTS = `i=0; while [ $i -lt ${String(PARTS)} ]; do seq $((i*${String(LINES_OF_A_PART)}+1)) $(((i+1)*${String(LINES_OF_A_PART)})); i=$((i+1)); read x; done; exit\n`

test('output of megabytes through cut connections and killed gateways comes whole, each byte once', async () => {
  const { stage, open, sockets, asked } = await arrange()
  const lost: LostOutput[] = []
  const terminal = await open({ onLost: (loss) => lost.push(loss) })
  const { shows, text, size, over } = reading(terminal)
  await terminal.write('stty -opost -echo; PS1=; echo re$((1+1))dy\n')
  await shows('re2dy\n')
  const before = size()
  void terminal.write(IN_PARTS)
  const lines = EXPECTED.split(/(?<=\n)/)
  let end = before
  for (let part = 1; part <= PARTS; part += 1) {
    const begin = end
    end += lines.slice((part - 1) * LINES_OF_A_PART, part * LINES_OF_A_PART).join('').length
    await until('some of the part came', () => size() > begin)
    if (part % 3 === 0) {
      await stage.killGateway()
      await stage.restartGateway()
    } else sockets.at(-1)?.terminate()
    await until('the part is whole', () => size() >= end)
    await terminal.write('\n')
  }
  await over
  expect(asked.filter((name) => name === 'reattachTerminal').length).toBeGreaterThan(PARTS / 2)
  expect(lost).toEqual([])
  expect(digest(text().slice(before))).toBe(digest(EXPECTED))
  expect(await terminal.exit).toMatchObject({ reason: 'EXIT', exitCode: 0 })
}, 60_000)

test('what is typed through cut connections arrives whole and once', async () => {
  const { open, sockets } = await arrange()
  const terminal = await open()
  const { shows } = reading(terminal)
  await terminal.write('stty -echo -icanon; PS1=; echo re$((1+1))dy\n')
  await shows('re2dy')
  const typed = EXPECTED.slice(0, 600_000)
  void terminal.write('echo st$((1+1))art; head -c 600000 | sha256sum\n')
  await shows('st2art') // from here on what is typed is not the shell's
  let cuts = 0
  const all = terminal.write(typed)
  const cutting = setInterval(() => {
    cuts += 1
    sockets.at(-1)?.terminate()
    if (cuts === 3) clearInterval(cutting)
  }, 60)
  undo.push(() => clearInterval(cutting))
  await all
  await shows(digest(typed))
  expect(cuts).toBeGreaterThan(0)
}, 60_000)

test('what is typed through cut links of the node arrives whole and once', async () => {
  const { stage, open, asked } = await arrange()
  const terminal = await open()
  const { shows } = reading(terminal)
  await terminal.write('stty -echo -icanon; PS1=; echo re$((1+1))dy\n')
  await shows('re2dy')
  const typed = EXPECTED.slice(0, 600_000)
  void terminal.write('echo st$((1+1))art; head -c 600000 | sha256sum\n')
  await shows('st2art') // from here on what is typed is not the shell's
  const all = terminal.write(typed)
  for (let cut = 1; cut <= 3; cut += 1) {
    stage.network.cut()
    await until('it is attached again', () => attachments(stage, terminal) > cut && terminal.state.status === 'open')
  }
  await all
  await shows(digest(typed))
  expect(asked.filter((name) => name === 'reattachTerminal')).toHaveLength(3)
}, 60_000)

/** As the product waits, in a tenth of the time. */
const SOONER = {
  agent: { silenceMs: SILENCE_MS / 10 },
  gateway: { limits: { pingMs: PING_MS / 10, nodeGraceMs: NODE_GRACE_MS / 10 } },
}

test.each([
  ['the agent notices first', SOONER],
  ['the gateway notices first', { ...SOONER, gateway: { limits: { pingMs: 200, nodeGraceMs: 10_000 } } }],
])('a link of a node that is half open is dialled again, and loses nothing: %s', async (_, options) => {
  const { stage, open } = await arrange(options)
  const terminal = await open()
  const { shows } = reading(terminal)
  await terminal.write('stty -echo; PS1=; x=kept; echo re$((1+1))dy\n')
  await shows('re2dy')
  stage.network.freeze()
  const written = terminal.write('echo $x-through\n')
  await until('it is attached again', () => attachments(stage, terminal) > 1 && terminal.state.status === 'open')
  await written
  await shows('kept-through')
  expect(stage.agent.sessions()).toBe(1)
})

test('a reader that does not read makes the program wait, and nothing is lost', async () => {
  const { open } = await arrange()
  const terminal = await open()
  await terminal.write('stty -opost -echo; PS1=; seq 1 300000; echo en$((1+1))d\n')
  await until('it is open', () => terminal.state.status === 'open')
  const { shows, text } = reading(terminal)
  await shows('en2d')
  expect(text()).toContain(EXPECTED)
}, 60_000)

test('a later attachment takes over, and the client does not take it back', async () => {
  const { stage, open, asked } = await arrange()
  const terminal = await open()
  await until('it is open', () => terminal.state.status === 'open')
  const { ticket } = stage.sessions.row(terminal.sessionId as never)
  const other = await stage.connect(stage.sessions.reattach(ticket.sessionId))
  await other.ready()
  expect(await terminal.exit).toMatchObject({ code: 4409, reason: 'TAKEN_OVER', exitCode: undefined })
  expect(asked).toEqual(['openTerminal'])
})

test('who may not hold it any more is told why, and does not come again', async () => {
  const { stage, open, asked } = await arrange()
  const terminal = await open()
  await until('it is open', () => terminal.state.status === 'open')
  stage.sessions.revoke(stage.sessions.row(terminal.sessionId as never).ticket.sessionId)
  expect(await terminal.exit).toMatchObject({ code: 4403, reason: 'REVOKED' })
  await terminal.write('too late')
  expect(asked).toEqual(['openTerminal'])
})

test('a refusal rejects with its code; one that passes is tried again after a loss, one that does not ends it', async () => {
  const { open, refuse, sockets, stage, asked } = await arrange()
  refuse('ALLOCATION_NOT_ACTIVE')
  await expect(open()).rejects.toMatchObject({ code: 'ALLOCATION_NOT_ACTIVE', retryable: false })
  const terminal = await open()
  await until('it is open', () => terminal.state.status === 'open')
  refuse('TERMINAL_UNAVAILABLE', 'TERMINAL_CAPACITY')
  sockets.at(-1)?.terminate()
  await until('it is attached again', () => attachments(stage, terminal) === 2 && terminal.state.status === 'open')
  expect(asked.filter((name) => name === 'reattachTerminal')).toHaveLength(3)
  refuse('SESSION_CLOSED')
  sockets.at(-1)?.terminate()
  expect(await terminal.exit).toMatchObject({ code: 0, reason: 'SESSION_CLOSED' })
})

test('how a session ended that was closed while nobody was attached is told by its row', async () => {
  const { open, refuse, sockets, stage } = await arrange()
  const terminal = await open()
  await until('it is open', () => terminal.state.status === 'open')
  await stage.sessions.closed(stage.sessions.row(terminal.sessionId as never).ticket, 'EXIT', 3)
  refuse('SESSION_CLOSED')
  sockets.at(-1)?.terminate()
  expect(await terminal.exit).toEqual({ code: 0, reason: 'EXIT', exitCode: 3, signal: undefined })
})

test('close, the signal and `await using` end the session; a closed client leaves it', async () => {
  const { client, open, asked } = await arrange()
  const closed = await open()
  const { over } = reading(closed)
  await closed.close()
  await over
  expect(await closed.exit).toMatchObject({ reason: 'CLOSED_BY_USER' })
  const controller = new AbortController()
  const aborted = await open({ signal: controller.signal })
  controller.abort()
  expect(await aborted.exit).toMatchObject({ reason: 'CLOSED_BY_USER' })
  {
    await using used = await open()
    expect(used.sessionId).not.toBe(closed.sessionId)
  }
  expect(asked.filter((name) => name === 'closeTerminal')).toHaveLength(3)
  const left = await open()
  await client.close()
  expect(await left.exit).toMatchObject({ reason: 'LEFT' })
  expect(asked.filter((name) => name === 'closeTerminal')).toHaveLength(3)
})
