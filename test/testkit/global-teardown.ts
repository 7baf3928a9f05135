import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { runningServer, setRunningServer } from './running-server.ts'

/** Stops the run's PostgreSQL and removes what it kept. */
const globalTeardown = async (): Promise<void> => {
  const running = runningServer()
  if (running === undefined) return
  setRunningServer(undefined)
  const { child, directory } = running
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.stdin?.end()
    await exited
  }
  await rm(directory, { recursive: true, force: true })
}

export default globalTeardown
