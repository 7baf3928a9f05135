import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * How long `npm start` takes with everything installed, until a query would be answered: the first time (database made
 * and seeded), and after. `node bench/start.ts [how often]`, 3 unless given.
 */
const ROOT = join(import.meta.dirname, '..')
const LIMITS = { first: 10, second: 3 }

const isReady = async (origin: string): Promise<boolean> =>
  fetch(`${origin}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/** Seconds until ready; the server is stopped then. */
const start = async (directory: string): Promise<number> => {
  const begun = performance.now()
  const child = spawn('node', [join(ROOT, 'bin/run.mjs'), 'start'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: directory, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        const told = /is ready: (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1]
        if (told !== undefined) resolve(told)
      })
      child.once('exit', () => {
        reject(new Error(`npm start ended:\n${output}`))
      })
    })
    while (!(await isReady(origin))) await delay(10)
    return (performance.now() - begun) / 1000
  } finally {
    const ended = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  }
}

const times = Number(process.argv[2] ?? 3)
for (let time = 1; time <= times; time += 1) {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-start-'))
  try {
    const first = await start(directory)
    const second = await start(directory)
    console.log(`first start ${first.toFixed(2)} s, second start ${second.toFixed(2)} s`)
    if (first > LIMITS.first || second > LIMITS.second) process.exitCode = 1
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
