import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { inProject } from './project.mjs'

/** The source of a process that runs `program` as its child, as the bootstrap does, and ends with the child's exit code. */
const source = (program: string): string => `
  const { run } = await import(${JSON.stringify(inProject('bin/bootstrap/child.mjs'))})
  process.exitCode = await run(process.execPath, ['--eval', ${JSON.stringify(program)}], { env: process.env, output: 'own' })`

const withoutNpm = { ...process.env, npm_lifecycle_event: undefined }

const supervise = (program: string): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '--eval', source(program)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutNpm,
  })

const output = async (process: ChildProcess, onReady: () => void = () => undefined) => {
  let text = ''
  process.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text === 'ready') onReady()
  })
  const [code] = (await once(process, 'close')) as [number | null]
  return { code, text }
}

test("the command's exit code and standard output are its own", async () => {
  expect(await output(supervise(`process.stdout.write('token'); process.exitCode = 7`))).toEqual({
    code: 7,
    text: 'token',
  })
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s reaches the command once, which ends in its own time', async (signal) => {
  const process = supervise(`
    const timer = setInterval(() => {}, 1000)
    process.on('${signal}', () => { process.stdout.write(' stopping'); clearInterval(timer) })
    process.stdout.write('ready')`)
  const sendTwice = () => {
    process.kill(signal)
    process.kill(signal)
  }
  expect(await output(process, sendTwice)).toEqual({ code: 0, text: 'ready stopping' })
})

test('when npm is killed outright, the command is asked to stop', async () => {
  const supervisor = source(`
    const timer = setInterval(() => {}, 1000)
    process.on('SIGTERM', () => { process.stdout.write(' stopping'); clearInterval(timer) })
    process.stdout.write('ready')`)
  const npm = spawn(
    process.execPath,
    [
      '--eval',
      `child_process.spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(supervisor)}], { stdio: 'inherit' })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, npm_lifecycle_event: 'start' } },
  )
  expect(await output(npm, () => npm.kill('SIGKILL'))).toEqual({ code: null, text: 'ready stopping' })
})

test('a command that a signal ended gives 128 + its number', async () => {
  const process = supervise(`process.stdout.write('ready'); setInterval(() => {}, 1000)`)
  expect(await output(process, () => process.kill('SIGTERM'))).toEqual({ code: 143, text: 'ready' })
})
