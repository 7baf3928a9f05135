import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, jest, test } from '@jest/globals'
import { until } from '../../test/testkit/until.ts'
import { standardOutput } from './standard-output.ts'

/** A pipe that takes as many bytes as there is room for. */
const pipe = () => {
  const state = { room: 0, taken: '' }
  const writeNow = (bytes: Uint8Array): number => {
    if (state.room === 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
    const now = bytes.subarray(0, state.room)
    state.room -= now.length
    state.taken += Buffer.from(now).toString()
    return now.length
  }
  return { state, writeNow }
}

test('what a slow reader has no room for waits, in order and whole, and what is too much is counted', async () => {
  const { state, writeNow } = pipe()
  const output = standardOutput({ writeNow, maxWaitingBytes: 30 })
  state.room = 4
  for (const line of ['line 1\n', 'line 2\n', 'line 3\n', 'line 4\n', 'line 5\n', 'line 6\n']) output.write(line)
  expect(state.taken).toBe('line')
  state.room = 1000
  await until('the loss is told', () => state.taken.includes('lost'))
  output.write('line 7\n')
  const lines = state.taken.split('\n')
  expect(lines.slice(0, 4)).toEqual(['line 1', 'line 2', 'line 3', 'line 4'])
  expect(JSON.parse(lines[4] ?? '')).toMatchObject({ level: 'warn', lost: 2 })
  expect(lines.slice(5)).toEqual(['line 7', ''])
})

/** A descriptor that fails in one way and then in another; how often it was written to. */
const failing = (...codes: readonly string[]) => {
  const state = { codes: [...codes], writes: 0, taken: '' }
  const writeNow = (bytes: Uint8Array): number => {
    state.writes++
    const code = state.codes.shift()
    if (code !== undefined) throw Object.assign(new Error(code), { code })
    state.taken += Buffer.from(bytes).toString()
    return bytes.length
  }
  return { state, writeNow }
}

test('a reader who has gone ends the log, what waits for it with that, and nothing else', async () => {
  const { state, writeNow } = failing('EAGAIN', 'EPIPE')
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const output = standardOutput({ writeNow })
  for (const line of ['a\n', 'b\n', 'c\n']) output.write(line)
  await until('it is found out', () => state.writes === 2)
  output.write('d\n')
  const attempts = timers.mock.calls.filter(([attempt]) => attempt.name === 'retry')
  timers.mockRestore()
  expect([state.writes, state.taken, attempts.length]).toEqual([2, '', 1])
})

test('a loss for any other reason is told as soon as can be, and counts no notice of it', async () => {
  const { state, writeNow } = failing('ENOSPC', 'ENOSPC', 'ENOSPC')
  standardOutput({ writeNow, shown: (line) => `shown: ${line}` }).write('a\n')
  await until('the loss is told', () => state.taken !== '')
  expect(state.taken).toMatch(/^shown: /)
  expect(JSON.parse(state.taken.slice('shown: '.length))).toMatchObject({ level: 'warn', lost: 1 })
})

test.each(['json', 'pretty'])('a process whose log nobody reads goes on, and ends, in %s', async (format) => {
  const script = `
    import { createLog } from '${resolve('platform/log/log.ts')}'
    const log = createLog({ level: 'info', format: '${format}' })
    for (let line = 0; line < 3000; line++) log.info('x'.repeat(1000))
    process.stderr.write('done')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pause()
  const said = text(child.stderr)
  await once(child, 'exit')
  expect([child.exitCode, await said]).toEqual([0, 'done'])
})
