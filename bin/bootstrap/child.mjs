import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './project.mjs'

/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** One Ctrl-C reaches this process from the terminal and from npm; what comes this soon after is the same one. */
const SAME_SIGNAL_WITHIN_MS = 1_000

const LOOK_FOR_PARENT_MS = 500

/** A signal that asked this process to stop while a child ran; nothing further is to be started then. */
let interruptedBy = /** @type {NodeJS.Signals | undefined} */ (undefined)
export const wasInterrupted = () => interruptedBy !== undefined

/**
 * Runs a program to its end and gives its exit code: 128 + n when signal n ended it, as a shell has it.
 * Its standard output is this process's own, or goes where progress goes.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, output: 'own' | 'progress', cwd?: string }} options
 * @returns {Promise<number>}
 */
export const run = (file, args, { env, output, cwd = root }) =>
  new Promise((resolve, reject) => {
    const stdio = output === 'own' ? 'inherit' : /** @type {const} */ (['ignore', 2, 2])
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: /** @type {import('node:child_process').StdioOptions} */ (stdio),
    })
    const stopForwarding = forwardSignals(child)
    child.once('error', (error) => {
      stopForwarding()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      stopForwarding()
      resolve(signal ? 128 + constants.signals[signal] : (code ?? 1))
    })
  })

/**
 * Runs a program and gives what it printed, on both outputs, with its exit code: for steps that matter only when they fail.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Promise<{ code: number, printed: string }>}
 */
export const runQuietly = (file, args, { env, cwd = root }) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const stopForwarding = forwardSignals(child)
    let printed = ''
    const collect = (/** @type {Buffer} */ chunk) => {
      printed += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => {
      stopForwarding()
      reject(error)
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve({ code: signal ? 128 + constants.signals[signal] : (code ?? 1), printed })
    })
  })

/**
 * A signal sent to this process reaches the child once. A terminal sends SIGINT and SIGHUP to the child itself, being in
 * the same foreground group; passing them on would make two of one. When npm is killed outright, the child is asked to
 * stop too: no server is left behind that nobody knows of.
 * @param {import('node:child_process').ChildProcess} child
 */
const forwardSignals = (child) => {
  let last = /** @type {{ signal: NodeJS.Signals, at: number } | undefined} */ (undefined)
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    interruptedBy = signal
    if (signal !== 'SIGTERM' && isAtTerminal()) return
    const at = Date.now()
    if (last?.signal === signal && at - last.at < SAME_SIGNAL_WITHIN_MS) return
    last = { signal, at }
    child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, onSignal)
  const stopWatching = startedByNpm ? onParentGone(() => onSignal('SIGTERM')) : () => undefined
  return () => {
    stopWatching()
    for (const signal of FORWARDED) process.off(signal, onSignal)
  }
}

/**
 * @param {() => void} act
 * @returns {() => void}
 */
const onParentGone = (act) => {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, LOOK_FOR_PARENT_MS)
  return () => {
    clearInterval(timer)
  }
}

const startedByNpm = process.env['npm_lifecycle_event'] !== undefined

const isAtTerminal = () => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
