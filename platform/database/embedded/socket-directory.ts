import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** In the data directory, which is the server's working directory: TCP costs a statement half as much again. */
export const SOCKET_SETTINGS = { unix_socket_directories: '.', unix_socket_permissions: '0700' } as const

const SOCKET_FILES = '.s.PGSQL.'

/** Removes the sockets of servers that were killed. For the owner of the data directory, while no server runs. */
export const removeLeftSockets = async (cluster: string): Promise<void> => {
  for (const name of await readdir(cluster)) {
    if (name.startsWith(SOCKET_FILES)) await rm(join(cluster, name), { force: true })
  }
}

/**
 * False where a server has its port alone: on Windows, where the path is too long for the system (103 to 107 bytes),
 * and on file systems that have no sockets, as some that containers share with their host.
 */
export const canHaveSocket = async (cluster: string, port: number): Promise<boolean> => {
  if (process.platform === 'win32') return false
  const probe = createServer()
  try {
    await once(probe.listen(join(cluster, `${SOCKET_FILES}${String(port)}`)), 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close() // removes the file
  }
}
