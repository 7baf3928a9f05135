import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HIVE_FOLDER } from './hive.ts'
import { announce, endOnSignals } from '../part-process.ts'

/** Hive Gateway by its own command line, in this process: `hive-process.ts <supergraph> <js|rust> <config>`. */
endOnSignals()
const [supergraph = '', planner = 'js', config = ''] = process.argv.slice(2)

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const port = await freePort()
process.argv = [
  process.execPath,
  'hive-gateway',
  'supergraph',
  supergraph,
  ...['--host', '127.0.0.1', '--port', String(port), '--config-path', config],
  ...(planner === 'rust' ? ['--hive-router-runtime'] : []),
]
await import(pathToFileURL(join(HIVE_FOLDER, '@graphql-hive', 'gateway', 'dist', 'bin.js')).href)

const url = `http://127.0.0.1:${port}`
const isUp = async (): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    })
    return response.ok
  } catch {
    return false
  }
}
while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50))
announce('hive', url)
