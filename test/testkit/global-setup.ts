import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { COMPILED } from './compiled.ts'
import { makeRunDirectory } from './run-directory.ts'
import { READY_FILE_VARIABLE } from './test-server.ts'
import { setRunningServer, runningServer } from './running-server.ts'

/** Starts the run's PostgreSQL beside the first tests: only those that use it wait for it. Once for all projects. */
const globalSetup = async (): Promise<void> => {
  if (runningServer() !== undefined) return
  const directory = await makeRunDirectory()
  const readyFile = join(directory, 'database.json')
  process.env[READY_FILE_VARIABLE] = readyFile
  process.env['NODE_COMPILE_CACHE'] ??= COMPILED
  const child = spawn(process.execPath, [join(import.meta.dirname, 'database-server.ts'), readyFile], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true, // Ctrl-C reaches jest; the server ends when jest's end of the pipe closes
  })
  setRunningServer({ child, directory })
}

export default globalSetup
