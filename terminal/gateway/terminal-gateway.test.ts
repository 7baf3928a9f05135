import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../../test/testkit/until.ts'
import { verifyRecording } from '../recording/verify-recording.ts'
import { createSignal, type Signal } from '../testkit/signal.ts'
import { startStage, type Stage } from '../testkit/stage.ts'
import type { TerminalClient } from '../testkit/terminal-client.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
const signals: Signal[] = []
afterEach(async () => {
  await stage.stop()
  await Promise.all(signals.splice(0).map(({ remove }) => remove()))
})

const signal = async (): Promise<Signal> => {
  const made = await createSignal()
  signals.push(made)
  return made
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const shows = (client: TerminalClient, text: string | RegExp): Promise<void> =>
  until(`the terminal shows ${String(text)}`, () =>
    typeof text === 'string' ? client.text().includes(text) : text.test(client.text()),
  )

const opened = async (about: Parameters<Stage['sessions']['open']>[0] = {}) => {
  const { sessionId, token } = stage.sessions.open(about)
  const client = await stage.connect(token)
  await client.ready()
  return { sessionId, client }
}
const stateOf = (sessionId: Parameters<Stage['sessions']['row']>[0]) => stage.sessions.row(sessionId).state

test('what is typed runs in a shell of the node, in a terminal of the size asked for', async () => {
  const { sessionId, token } = stage.sessions.open()
  const client = await stage.connect(token, { columns: 101, rows: 33 })
  expect(await client.ready()).toMatchObject({ version: 1, offset: 0, lost: 0, inputOffset: 0 })
  await until('it is active', () => stateOf(sessionId) === 'ACTIVE')
  client.type('stty size; echo mar$((40+2))ker\n')
  await shows(client, 'mar42ker')
  await shows(client, '33 101')
  client.send({ type: 'resize', size: { columns: 132, rows: 50 } })
  client.type('stty size\n')
  await shows(client, '50 132')
  await until('the input was taken in', () =>
    client.frames.some(
      (frame) => frame.type === 'input-ack' && frame.offset === 'stty size; echo mar$((40+2))ker\nstty size\n'.length,
    ),
  )
  client.send({ type: 'ping', payload: new Uint8Array([1, 2, 3]) })
  await until('the ping came back', () => client.frames.some(({ type }) => type === 'pong'))
})

test('the end of the program is told with its exit code, and closes the session', async () => {
  const { sessionId, client } = await opened()
  client.type('echo last words; exit 7\n')
  expect(await client.closed).toEqual({ code: 4410, reason: 'EXIT' })
  expect(client.frames.at(-1)).toEqual({ type: 'exit', code: 7, signal: 0 })
  expect(client.text()).toContain('last words')
  await until('the session is over', () => stateOf(sessionId) === 'CLOSED')
  expect(stage.sessions.row(sessionId)).toMatchObject({ reason: 'EXIT', exitCode: 7 })
  await until('the node has nothing of it', () => stage.agent.sessions() === 0)
})

test('R44: the output of one session never reaches another, of the same node, allocation and user or not', async () => {
  const a = await opened()
  const { allocationId } = stage.sessions.row(a.sessionId).ticket
  const b = await opened({ allocationId })
  const c = await opened()
  for (const [index, { client }] of [a, b, c].entries())
    client.type(`echo only-${'abc'.charAt(index)}-$((1000+${index}))\n`)
  for (const [index, { client }] of [a, b, c].entries()) {
    await shows(client, `only-${'abc'.charAt(index)}-${1000 + index}`)
  }
  for (const [index, { client }] of [a, b, c].entries()) {
    for (const other of ['a', 'b', 'c'].toSpliced(index, 1)) expect(client.text()).not.toContain(`only-${other}`)
  }
})

describe('a client that lost its connection', () => {
  test('goes on from its offset; the program ran on meanwhile', async () => {
    const { sessionId, client } = await opened()
    client.type('echo before; sleep 0.3; echo $((20+3)) after\n')
    await shows(client, 'before\r\n')
    client.socket.terminate()
    await until('it is detached', () => stateOf(sessionId) === 'DETACHED')
    const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: client.offset() })
    await shows(again, '23 after')
    expect(again.text()).not.toContain('before\r\n')
    expect(await again.ready()).toMatchObject({ offset: client.offset(), lost: 0 })
    await until('it is active', () => stateOf(sessionId) === 'ACTIVE')
  })

  test('is told how much is gone where more came than is kept', async () => {
    const { sessionId, client } = await opened()
    const [go, done] = [await signal(), await signal()]
    client.type('stty -opost -echo; echo ready\n')
    await shows(client, 'ready\n')
    client.type(`${go.awaited}; yes 0123456789abcde | head -c 3000000; echo end; ${done.given}\n`)
    await client.taken()
    client.socket.terminate()
    await until('it is detached', () => stateOf(sessionId) === 'DETACHED')
    const has = client.offset()
    await go.give()
    await until('everything was written', () => done.isGiven())
    const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: has })
    await shows(again, 'end\n')
    const { offset, lost } = await again.ready()
    expect(offset - lost).toBe(has)
    expect(lost).toBeGreaterThan(1_500_000)
    expect(again.offset() - offset).toBeGreaterThanOrEqual(1024 * 1024)
  })

  test('has the end of the output and the exit code, even where the program ended while it was away', async () => {
    const { sessionId, client } = await opened()
    const go = await signal()
    client.type(`echo pid-$$; ${go.awaited}; echo $((30+4)) words; exit 3\n`)
    await shows(client, /pid-\d+/)
    await client.taken()
    client.socket.terminate()
    await until('it is detached', () => stateOf(sessionId) === 'DETACHED')
    const shell = Number(/pid-(\d+)/.exec(client.text())?.[1])
    await go.give()
    await until('the program has ended', () => !isRunning(shell))
    const again = await stage.connect(stage.sessions.reattach(sessionId), { offset: client.offset() })
    expect(await again.closed).toEqual({ code: 4410, reason: 'EXIT' })
    expect(again.text()).toContain('34 words')
    expect(again.frames.at(-1)).toEqual({ type: 'exit', code: 3, signal: 0 })
  })
})

test('a second client takes over: the first is closed 4409, and the program notices nothing', async () => {
  const { sessionId, client } = await opened()
  client.type('x=kept\n')
  const second = await stage.connect(stage.sessions.reattach(sessionId), { offset: 0 })
  expect(await client.closed).toEqual({ code: 4409, reason: 'TAKEN_OVER' })
  await second.ready()
  second.type('echo still-$x\n')
  await shows(second, 'still-kept')
  expect(stateOf(sessionId)).toBe('ACTIVE')
})

test('R41: a token that is missing, unknown or spent opens nothing, wherever it stands', async () => {
  const none = await stage.connect(undefined)
  expect(await none.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_INVALID' })
  const forged = await stage.connect('forged')
  expect(await forged.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_INVALID' })
  const { token } = stage.sessions.open()
  await (await stage.connect(token)).ready()
  const replayed = await stage.connect(token)
  expect(await replayed.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_REPLAYED' })
})

test('what may no longer be held is closed at once, with every process of it', async () => {
  const { sessionId, client } = await opened()
  const other = await opened()
  client.type('echo pid=$$; sleep 1000\n')
  await shows(client, /pid=\d+/)
  const began = performance.now()
  stage.sessions.revoke(sessionId)
  expect(await client.closed).toEqual({ code: 4403, reason: 'REVOKED' })
  expect(performance.now() - began).toBeLessThan(1000)
  await until('the node has one left', () => stage.agent.sessions() === 1)
  const pid = Number(/pid=(\d+)/.exec(client.text())?.[1])
  await until('its shell is gone', () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })
  other.client.type('echo not-$((1+1))-affected\n')
  await shows(other.client, 'not-2-affected')
})

test('a recorded session leaves its output, not its input, in a file that verifies', async () => {
  const { sessionId, client } = await opened({ isRecorded: true })
  client.type('stty -echo; echo re$((1+1))dy\n')
  await shows(client, 're2dy')
  client.type('typed_secret=1; exit\n')
  await client.closed
  await until('the recording is reported', () => stage.sessions.row(sessionId).recording !== undefined)
  const { recording } = stage.sessions.row(sessionId)
  const file = join(stage.directory, 'recordings', recording?.reference ?? '')
  expect(await verifyRecording(file, recording?.head ?? '')).toMatchObject({ ok: true })
  const text = await readFile(file, 'utf8')
  expect(text).toContain('re2dy')
  expect(text).not.toContain('typed_secret')
})
