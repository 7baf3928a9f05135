import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { withLock } from './lock.mjs'

let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  lock = join(folder, 'setup.lock')
  jest.spyOn(process.stderr, 'write').mockReturnValue(true)
})

afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('what runs under the lock never overlaps, and the lock is gone afterwards', async () => {
  const log = join(folder, 'log')
  const work = () =>
    withLock(lock, async () => {
      appendFileSync(log, 'in ')
      await new Promise(setImmediate)
      appendFileSync(log, 'out ')
    })
  await Promise.all([work(), work(), work(), work()])
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4))
  expect(existsSync(lock)).toBe(false)
})

test('a failure releases the lock and is passed on', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no space left')))).rejects.toThrow('no space left')
  expect(existsSync(lock)).toBe(false)
})

test('the lock of a process that was killed is taken over, by one of many that wait', async () => {
  const killed = spawn(process.execPath, ['--eval', ''])
  await once(killed, 'exit')
  writeFileSync(lock, JSON.stringify({ nonce: 'x', pid: killed.pid, host: hostname() }))
  let inside = 0
  let most = 0
  const work = () =>
    withLock(lock, async () => {
      most = Math.max(most, ++inside)
      await new Promise(setImmediate)
      inside--
    })
  await Promise.all([work(), work(), work()])
  expect(most).toBe(1)
})

test('a lock without a sign of life for a minute is taken over, wherever its owner ran', async () => {
  writeFileSync(lock, JSON.stringify({ nonce: 'x', pid: 1, host: 'another-machine' }))
  const longAgo = new Date(Date.now() - 61_000)
  utimesSync(lock, longAgo, longAgo)
  await expect(withLock(lock, () => Promise.resolve('ran'))).resolves.toBe('ran')
})

test('the lock of a living process is waited for', async () => {
  writeFileSync(lock, JSON.stringify({ nonce: 'x', pid: process.pid, host: hostname() }))
  const waited = withLock(lock, () => Promise.resolve(existsSync(join(folder, 'released'))))
  await new Promise(setImmediate)
  writeFileSync(join(folder, 'released'), '')
  rmSync(lock)
  await expect(waited).resolves.toBe(true)
})
