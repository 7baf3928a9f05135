#!/usr/bin/env node
/**
 * Runs what README.md promises: starts the product on a free port with an empty data folder, runs each command marked
 * ```sh ci, and compares its answer with the one printed below it. Port 4000 of the page becomes the free one.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { inProject, root } from './bootstrap/project.mjs'
import { say } from './bootstrap/say.mjs'
import { differences, examplesIn } from './readme/examples.mjs'

const READY_WITHIN_MS = 120_000
const PRINTED_PORT = '4000'

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' && address ? address.port : 0)
}

/**
 * @param {string} url
 * @param {() => boolean} isRunning
 */
const isReady = async (url, isRunning) => {
  const deadline = Date.now() + READY_WITHIN_MS
  while (isRunning() && Date.now() < deadline) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return true
    await wait(100)
  }
  return false
}

/**
 * @param {import('./readme/examples.mjs').Example} example
 * @param {NodeJS.ProcessEnv} env
 * @param {string} port
 */
const mistakesOf = ({ command, answer }, env, port) => {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-euo', 'pipefail', '-c', command.replaceAll(PRINTED_PORT, port)],
    {
      cwd: root,
      env,
      encoding: 'utf8',
    },
  )
  if (status !== 0) return [`ended with ${status}: ${stderr.trim()}`]
  if (answer === undefined) return []
  try {
    return differences(answer, JSON.parse(stdout))
  } catch {
    return [`answered no JSON: ${stdout.slice(0, 500)}`]
  }
}

const examples = examplesIn(readFileSync(inProject('README.md'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'readme-'))
const port = await freePort()
const env = { ...process.env, PORT: port, DATA_DIR: join(folder, 'data') }
const server = spawn(process.execPath, [inProject('bin/run.mjs'), 'start'], { cwd: root, env, stdio: ['ignore', 2, 2] })
const ended = once(server, 'exit')

try {
  if (examples.length === 0) throw new Error('README.md marks no command with ```sh ci')
  if (!(await isReady(`http://127.0.0.1:${port}/health/ready`, () => server.exitCode === null))) {
    throw new Error('npm start did not become ready')
  }
  for (const example of examples) {
    const mistakes = mistakesOf(example, env, port)
    say(`${mistakes.length === 0 ? 'as printed' : 'NOT as printed'}: ${example.command.trim().split('\n')[0]}`)
    for (const mistake of mistakes) say(`  ${mistake}`)
    if (mistakes.length > 0) process.exitCode = 1
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
} finally {
  server.kill('SIGTERM')
  const [code] = await ended
  if (code !== 0) {
    say(`npm start ended with ${code} when it was asked to stop`)
    process.exitCode = 1
  }
  rmSync(folder, { recursive: true, force: true })
}
