import { afterEach, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { until } from '../../test/testkit/until.ts'
import { createShells } from '../agent/shell.ts'
import { CLOSE } from '../protocol/close-codes.ts'
import type { TerminalTicket } from '../sessions.ts'
import { NOBODY, startStage, type Stage, type StageOptions } from '../testkit/stage.ts'
import type { ClientOptions, TerminalClient } from '../testkit/terminal-client.ts'

const stages: Stage[] = []
afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.stop()))
})

const arrange = async (options: StageOptions = {}, how: ClientOptions = {}) => {
  const stage = await startStage(options)
  stages.push(stage)
  const { sessionId, token } = stage.sessions.open()
  const client = await stage.connect(token, how)
  await client.ready()
  client.type('stty -opost -echo; PS1=; echo re$((1+1))dy\n')
  await until('the shell is quiet', () => client.text().includes('re2dy\n'))
  return { stage, sessionId, client }
}

const PARTS = 24
const LINES = 20_000
const partOf = (part: number): string =>
  Array.from({ length: LINES }, (_, index) => `${String(part * LINES + index + 1)}\n`).join('')
const EXPECTED = Array.from({ length: PARTS }, (_, part) => partOf(part))
const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

/** A part, and the next one when a line is read: what comes while nobody is attached is less than what is kept. */
const PROGRAM = `i=0; while [ $i -lt ${String(PARTS)} ]; do seq $((i*${String(LINES)}+1)) $(((i+1)*${String(LINES)})); i=$((i+1)); read x; done; exit\n`

/**
 * Reads several MB through a client that is cut in the middle of each part, goes on at `from(client)`, and ends with all.
 * Every third time the gateway itself is killed and started anew.
 */
const throughOutages = async (from: (client: TerminalClient) => number): Promise<Buffer> => {
  const { stage, sessionId, client } = await arrange()
  const began = client.offset()
  const pieces: Buffer[] = []
  const take = (of: TerminalClient): void => {
    const start = of.offset() - of.output().length
    pieces.push(of.output().subarray(Math.max(0, began - start)))
  }
  client.type(PROGRAM)
  let current = client
  let end = began
  for (const [part, text] of EXPECTED.entries()) {
    end += text.length
    const middle = end - Math.ceil(Math.random() * text.length)
    await until('some came', () => current.offset() > middle)
    current.socket.terminate()
    await current.closed
    take(current)
    if (part % 3 === 2) {
      await stage.killGateway()
      await stage.restartGateway()
    } else await until('it is detached', () => stage.sessions.row(sessionId).state === 'DETACHED')
    current = await stage.connect(stage.sessions.reattach(sessionId), { offset: from(current) })
    await current.ready()
    await until('the part is whole', () => current.offset() >= end)
    current.type('\n')
  }
  expect((await current.closed).code).toBe(CLOSE.CLOSED)
  take(current)
  return Buffer.concat(pieces)
}

test('a stream of several MB through lost clients and killed gateways arrives whole, each byte once', async () => {
  const received = await throughOutages((client) => client.offset())
  expect(received.length).toBe(EXPECTED.join('').length)
  expect(digest(received)).toBe(digest(EXPECTED.join('')))
}, 60_000)

test('negative control: a client that goes on one byte too early is noticed by the same comparison', async () => {
  const received = await throughOutages((client) => client.offset() - 1)
  expect(received.length).toBeGreaterThan(EXPECTED.join('').length)
  expect(digest(received)).not.toBe(digest(EXPECTED.join('')))
}, 60_000)

test('R45: a program waits for a client that reads slowly, memory stays bounded, and others are not held up', async () => {
  const { stage, client } = await arrange({}, { acknowledge: 'never' })
  const began = client.offset()
  client.type('yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 60000000; echo all\n')
  await until('the window is full', () => client.offset() >= 1024 * 1024)
  const other = await stage.connect(stage.sessions.open().token)
  await other.ready()
  other.type('echo quick-$((40+2))\n')
  await until('the other is served', () => other.text().includes('quick-42'))
  expect(client.offset()).toBe(1024 * 1024)
  client.send({ type: 'ack', offset: began + 500_000 })
  await until('it went on, exactly as far', () => client.offset() === began + 500_000 + 1024 * 1024)
})

test('R45: a client that takes nothing in for too long is closed, and its session can be reattached', async () => {
  const { stage, sessionId, client } = await arrange(
    { gateway: { sweepMs: 50, limits: { slowClientMs: 300 } } },
    { acknowledge: 'never' },
  )
  client.type('yes | head -c 3000000; echo all\n')
  expect(await client.closed).toEqual({ code: 4440, reason: 'SLOW_CLIENT' })
  await until('it is detached', () => stage.sessions.row(sessionId).state === 'DETACHED')
  const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: client.offset() })
  await until('the end has come', () => again.text().includes('all\n'))
})

test('a client that acknowledges what it never read is closed before its output fills the memory', async () => {
  const { stage, client } = await arrange()
  client.socket.pause()
  // It says it has what it cannot have read: each acknowledgement asks for more.
  client.type('yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 200000000\n')
  let offset = client.offset()
  const flood = setInterval(() => {
    offset += 200_000
    client.send({ type: 'ack', offset })
  }, 5)
  const gone = until('it is closed', async () => {
    const { text } = await stage.metrics().exposition()
    return /closes_total\{outcome="(SLOW_CLIENT|PROTOCOL_ERROR)"\} 1/.test(text)
  })
  await gone.finally(() => clearInterval(flood))
  const { text } = await stage.metrics().exposition()
  const backlog = Number(/gpuaas_terminal_backlog_bytes (\d+)/.exec(text)?.[1] ?? 0)
  expect(backlog).toBeLessThan(4 * 1024 * 1024)
})

test('a gateway that is killed and started again finds what runs on the node, and tells how it ends', async () => {
  // Another gateway is told of it once its own stayed away for so long.
  const { stage, sessionId, client } = await arrange({ agent: { graceMs: 200 } })
  client.type('x=kept; sleep 0.5; echo back-$x\n')
  await client.taken()
  await stage.killGateway()
  await client.closed
  await stage.restartGateway()
  await stage.linked()
  await until('it is held again, without a client', () => stage.gateway().held() === 1)
  await until('it is detached', () => stage.sessions.row(sessionId).state === 'DETACHED')
  const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: client.offset() })
  await until('the program went on', () => again.text().includes('back-kept\n'))
  again.type('exit 5\n')
  expect((await again.closed).code).toBe(4410)
  await until('its end was told', () => stage.sessions.row(sessionId).exitCode === 5)
})

test('a node that does not come back loses its sessions: NODE_LOST', async () => {
  const { stage, sessionId, client } = await arrange({ gateway: { limits: { nodeGraceMs: 100 } } })
  await stage.agent.stop()
  expect((await client.closed).code).toBe(4411)
  await until('the session is over', () => stage.sessions.row(sessionId).reason === 'NODE_LOST')
  const late = stage.sessions.open()
  const unserved = await stage.connect(late.token)
  expect(await unserved.closed).toEqual({ code: 4411, reason: 'NODE_LOST' })
})

test('another agent that comes for the node without the session loses it at once', async () => {
  const { stage, sessionId, client } = await arrange()
  stage.startAgent()
  expect((await client.closed).code).toBe(4411)
  await until('the session is over', () => stage.sessions.row(sessionId).reason === 'NODE_LOST')
})

test('what was typed and not taken in is known after a reattach, so that nothing is typed twice or never', async () => {
  const { stage, sessionId, client } = await arrange()
  client.type('cat > /dev/null\n')
  client.type('12345\n')
  await client.taken()
  const taken = Math.max(...client.frames.map((frame) => (frame.type === 'input-ack' ? frame.offset : 0)))
  client.socket.terminate()
  const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: client.offset() })
  expect((await again.ready()).inputOffset).toBe(taken)
})

/** A node that opens no terminal before the test says so. */
const arrangeOpening = async () => {
  const shells = createShells({ file: '/bin/sh', user: NOBODY })
  const [asked, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const homes = { made: 0, removed: 0 }
  const make = async () => {
    asked.resolve(undefined)
    await answer.promise
    const { shell, remove } = await shells.make()
    homes.made += 1
    return { shell, remove: () => remove().finally(() => (homes.removed += 1)) }
  }
  const stage = await startStage({ agent: { shells: { make } } })
  stages.push(stage)
  return { stage, asked, answer, homes }
}

test('an agent that stops while it opens a terminal leaves nothing of it behind', async () => {
  const { stage, asked, answer, homes } = await arrangeOpening()
  await stage.connect(stage.sessions.open().token)
  await asked.promise
  const stopped = stage.agent.stop()
  answer.resolve(undefined)
  await stopped
  expect([stage.agent.sessions(), homes]).toEqual([0, { made: 1, removed: 1 }])
})

test('a client that goes away while its node opens the terminal leaves it running: DETACHED', async () => {
  const { stage, asked, answer } = await arrangeOpening()
  const { sessionId, token } = stage.sessions.open()
  const client = await stage.connect(token)
  await asked.promise
  client.socket.terminate()
  await until('the gateway knows', async () =>
    (await stage.metrics().exposition()).text.includes('gpuaas_terminal_sessions{state="detached"} 1'),
  )
  answer.resolve(undefined)
  await until('it is detached', () => stage.sessions.row(sessionId).state === 'DETACHED')
  const again = await stage.connect(stage.sessions.reattach(sessionId))
  await again.ready()
})

test('a node that comes back while an attachment is being told to the control is asked for it once, afterwards', async () => {
  const stage = await startStage()
  stages.push(stage)
  const slow = stage.sessions.open()
  const [begun, told] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  const { connecting } = stage.sessions
  Object.assign(stage.sessions, {
    connecting: async (ticket: TerminalTicket) => {
      if (ticket.sessionId === slow.sessionId) {
        begun.resolve(undefined)
        await told.promise
      }
      return connecting(ticket)
    },
  })
  const client = await stage.connect(slow.token)
  await begun.promise
  stage.network.cut()
  // Whoever is served now is served after the node told what it holds.
  const other = await stage.connect(stage.sessions.open().token)
  await other.ready()
  expect(stage.agent.sessions()).toBe(1)
  told.resolve(undefined)
  await client.ready()
})
