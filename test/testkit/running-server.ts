import type { ChildProcess } from 'node:child_process'

interface RunningServer {
  readonly child: ChildProcess
  readonly directory: string
}

/** Set-up and tear-down of all projects share jest's main process, not its module registry. */
const KEY = Symbol.for('gpuaas.test-database')

export const runningServer = (): RunningServer | undefined => Reflect.get(globalThis, KEY) as RunningServer | undefined // set by `setRunningServer` alone

export const setRunningServer = (server: RunningServer | undefined): void => {
  Reflect.set(globalThis, KEY, server)
}
