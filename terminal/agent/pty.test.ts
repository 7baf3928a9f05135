import { afterEach, expect, jest, test } from '@jest/globals'
import { closeSync, openSync } from 'node:fs'
import { until } from '../../test/testkit/until.ts'
import { createSignal } from '../testkit/signal.ts'
import { endProcesses } from './end-processes.ts'
import { loadPty, type Pty } from './pty.ts'
import { createShells } from './shell.ts'

const NOBODY = { uid: 65_534, gid: 65_534 }
const SIZE = { columns: 80, rows: 24 }

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A program behind a pseudo terminal; with `/bin/sh` and these arguments. */
const run = async (...args: string[]) => {
  const [open, { shell, remove }] = await Promise.all([
    loadPty(),
    createShells({ file: '/bin/sh', user: NOBODY }).make(),
  ])
  const chunks: Buffer[] = []
  let exit: { exitCode: number; signal: number } | undefined
  const pty: Pty = open({ ...shell, args }, SIZE, {
    onOutput: (bytes) => chunks.push(bytes),
    onExit: (how) => (exit = how),
  })
  ends.push(async () => {
    pty.resume()
    await endProcesses(pty.pid)
    await remove()
  })
  return {
    pty,
    output: () => Buffer.concat(chunks).toString('latin1'),
    exit: () => exit,
    exited: () => until('the program has ended', () => exit !== undefined),
  }
}

const type = (pty: Pty, text: string): Promise<void> =>
  new Promise((resolve) => pty.write(Buffer.from(text), () => resolve()))

test('a shell sees a terminal of the size asked for, and of the next one', async () => {
  const { pty, output } = await run('-c', 'stty size; read line; stty size; read line')
  await until('it told its size', () => output().includes('24 80'))
  pty.resize({ columns: 132, rows: 50 })
  await type(pty, 'go\n')
  await until('it told the next size', () => output().includes('50 132'))
})

test('the exit code and the signal that ended it are told', async () => {
  const code = await run('-c', 'exit 7')
  await code.exited()
  expect(code.exit()).toEqual({ exitCode: 7, signal: 0 })
  const killed = await run('-c', 'kill -9 $$')
  await killed.exited()
  expect(killed.exit()).toMatchObject({ signal: 9 })
})

test('a shell has nothing of the environment of its agent, no open file of it, and where it can be none of its rights', async () => {
  process.env['GPUAAS_TEST_SECRET'] = 'do-not-tell'
  // The file of the other terminal stands behind numbers that are free again.
  const files = Array.from({ length: 40 }, () => openSync('/dev/null', 'r'))
  const other = await run('-c', 'sleep 60')
  for (const file of files) closeSync(file)
  const { output, exited } = await run('-c', 'env; id; echo files; ls -l /proc/self/fd | sed "s/^.* //"')
  await exited()
  expect(output()).not.toContain('do-not-tell')
  const names = [...output().matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(names.toSorted()).toEqual(
    ['HISTFILE', 'HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TERM', 'USER'].toSorted(),
  )
  const [, ...opened] = output().split('files\r\n')[1]?.trim().split('\r\n') ?? []
  expect(opened.length).toBeGreaterThanOrEqual(3)
  expect(opened.filter((name) => !/^\/dev\/pts\/\d+$|^\/proc\/|^pipe:/.test(name))).toEqual([])
  expect(opened.some((name) => name.includes('ptmx'))).toBe(false)
  expect(other.exit()).toBeUndefined()
  if (process.getuid?.() === 0) expect(output()).toMatch(/uid=65534.* gid=65534\S* groups=65534\S*\r\n/)
})

/** node-pty throws away what is left of a program 200 ms after its end; true once it has done that. */
const watchThrowingAway = (): (() => boolean) => {
  let isDone = false
  const { setTimeout: start } = globalThis
  const spy = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms: number) => {
    const acted = (): void => {
      act()
      isDone ||= ms === 200
    }
    return start(acted, ms)
  }) as typeof setTimeout) // nobody here passes arguments
  ends.push(() => {
    spy.mockRestore()
    return Promise.resolve()
  })
  return () => isDone
}

test('what a program wrote before it ended arrives whole, even where it ended while its output was paused', async () => {
  const { pty, output, exit, exited } = await run('-c', 'stty -opost; read line; seq 1 600; echo whole')
  const isThrownAway = watchThrowingAway()
  pty.pause()
  await type(pty, 'go\n')
  await until('node-pty has thrown away what was left', isThrownAway)
  expect(exit()).toBeUndefined()
  pty.resume()
  await exited()
  expect(output()).toContain(`${Array.from({ length: 600 }, (_, index) => String(index + 1)).join('\n')}\nwhole\n`)
})

/** As long as another program takes for as much output. */
const runOther = async (): Promise<void> => {
  const { exited } = await run('-c', 'seq 1 200000')
  await exited()
}

test('a paused program waits, and goes on where it was', async () => {
  const whole = `${Array.from({ length: 200_000 }, (_, index) => String(index + 1)).join('\n')}\n`
  const { pty, output, exit, exited } = await run('-c', 'stty -opost; seq 1 200000')
  pty.pause()
  await runOther()
  const seen = output().length
  await runOther()
  expect(output().length).toBe(seen)
  expect(seen).toBeLessThan(whole.length)
  expect(exit()).toBeUndefined()
  pty.resume()
  await exited()
  expect(output()).toBe(whole)
})

test('the end of a terminal ends every process of it: those in groups of their own, and those that will not listen', async () => {
  const { pty, output } = await run(
    '-c',
    'set -m; trap "" HUP TERM; sh -c \'trap "" HUP; echo job $$; while :; do sleep 1; done\' & echo shell $$; wait',
  )
  await until('both run', () => /job \d+/.test(output()) && /shell \d+/.test(output()))
  const job = Number(/job (\d+)/.exec(output())?.[1])
  await endProcesses(pty.pid)
  await until('the job is gone', () => {
    try {
      return !process.kill(job, 0)
    } catch {
      return true
    }
  })
})

test('a program that does not read its input holds up nobody, and gets all of it when it does', async () => {
  const go = await createSignal()
  ends.push(go.remove)
  const blocks = 8
  const bytes = blocks * 65_536
  const { pty, output } = await run('-c', `stty raw -echo; echo begun; ${go.awaited}; head -c ${String(bytes)} | wc -c`)
  await until('it has begun', () => output().includes('begun'))
  let taken = 0
  const began = performance.now()
  for (let count = 0; count < blocks; count += 1) pty.write(Buffer.alloc(65_536, 'x'), () => (taken += 1))
  await runOther()
  expect(performance.now() - began).toBeLessThan(5000)
  expect(taken).toBe(0)
  await runOther()
  expect(taken).toBeLessThan(blocks)
  await go.give()
  await until('it has taken in all of it', () => taken === blocks)
  await until('it counted all of it', () => output().includes(String(bytes)))
})
