import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findFreePort } from '../../platform/database/embedded/free-port.ts'
import { COMPILED } from '../testkit/compiled.ts'
import { codeOf, fileOf } from '../testkit/guide-code.ts'
import { until } from '../testkit/until.ts'

const GUIDE = 'use-the-gateway-alone.md'
const ROOT = join(import.meta.dirname, '..', '..')

let folder: string
/** The guide's folder and ports, as they are in this run. */
let here: (text: string) => string
const running: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'walk-'))
  const ports = new Map<string, string>()
  for (const port of ['4000', '4101', '4102']) ports.set(port, String(await findFreePort()))
  here = (text) =>
    text
      .replace(/\b(?:4000|4101|4102)\b/g, (port) => ports.get(port) ?? port)
      .replaceAll('.data/walk', folder)
      .replaceAll("'../../", `'${ROOT}/`)
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.pid === undefined) continue
    const ended = once(child, 'exit')
    process.kill(-child.pid, 'SIGTERM') // the group: the shell and what it started
    await ended
  }
  await rm(folder, { recursive: true })
})

const shell = (command: string) => {
  const { HOME } = process.env
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  const child = spawn('bash', ['-c', here(command)], {
    cwd: ROOT,
    env: { PATH, HOME, NODE_COMPILE_CACHE: COMPILED },
    detached: true,
  })
  running.push(child)
  const printed = { out: '', all: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()))
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed.all += chunk.toString()))
  return { child, printed }
}

const run = async (command: string): Promise<string> => {
  const { child, printed } = shell(command)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command}\nended with ${String(code)}:\n${printed.all}`)
  return printed.out
}

/** For a command that stays: until the port it listens on answers, or it prints what a person waits for. */
const stay = async (command: string): Promise<void> => {
  const { child, printed } = shell(command)
  const isUp = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`${command}\nended:\n${printed.all}`)
    if (command.includes('npm run gateway'))
      return printed.out.includes(here('Gateway ready at http://127.0.0.1:4000/'))
    if (command.includes('stack.mjs')) return printed.out.includes(here('Stack ready at http://127.0.0.1:4102/'))
    return fetch(here('http://127.0.0.1:4101/graphql')).then(
      () => true,
      () => false,
    )
  }
  await until(`this is up: ${command}`, isUp, 60_000)
}

const isStaying = (command: string): boolean => /npm run gateway|(?:boards|stack)\.mjs/.test(command)

test('the guide’s commands do what it says, in its order', async () => {
  const code = await codeOf(GUIDE)
  await writeFile(
    join(folder, 'verify-principal.mjs'),
    await fileOf('verify-the-internal-token.md', 'verify-principal.mjs'),
  )
  let answer: string | undefined
  let answers = 0
  for (const block of code) {
    const [, name] = /^(?:\/\/|#) (\S+)$/m.exec(block.code.split('\n')[0] ?? '') ?? []
    if (name !== undefined) await writeFile(join(folder, name), here(block.code))
    else if (block.language === 'json') {
      const value: unknown = JSON.parse(block.code)
      // The first is the file of the grants; each other is what the command before it answers.
      if (answer === undefined) await writeFile(join(folder, 'grants.json'), block.code)
      else {
        expect(JSON.parse(answer)).toMatchObject(value as object) // an answer is an object
        answers++
      }
    } else if (isStaying(block.code)) await stay(block.code)
    else {
      const printed = await run(block.code)
      if (block.code.startsWith('curl')) answer = printed
    }
  }
  expect(answers).toBe(5)
}, 180_000)
