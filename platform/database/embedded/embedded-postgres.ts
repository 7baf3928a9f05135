import { mkdir, realpath } from 'node:fs/promises'
import { openSecrets } from '../../config/secrets.ts'
import type { Log } from '../../log/log.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, SUPERUSER } from './cluster.ts'
import { findFreePort } from './free-port.ts'
import { createLauncher } from './launcher.ts'
import { acquireOwnership } from './ownership.ts'
import { removeLeftServer } from './postmaster.ts'
import { startServer, type Server } from './server.ts'
import { canHaveSocket, removeLeftSockets, SOCKET_SETTINGS } from './socket-directory.ts'
import { supervise } from './supervisor.ts'

export interface EmbeddedPostgresOptions {
  /** DATA_DIR: the server's files are in `postgres/` and `postgres.log`, its password is in `secrets.json`. */
  readonly directory: string
  /** On 127.0.0.1; a free one when left out. */
  readonly port?: number | undefined
  /** Settings of the server that differ from `SERVER_SETTINGS`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly log: Log
  /** Called with a sentence before each step that a person waits for. */
  readonly progress: (message: string) => void
}

export interface EmbeddedPostgres {
  /**
   * As superuser, to the product's database (which may not exist yet: `prepareDatabase`). Names the port on 127.0.0.1,
   * and with `?host=` the directory of the Unix socket that pg and libpq prefer then, where there can be one.
   */
  readonly url: string
  /** Writes everything out and resolves when the server is gone. */
  readonly stop: () => Promise<void>
}

/**
 * Starts a real PostgreSQL on the loopback interface and a Unix socket, from npm's binaries, and makes its data
 * directory first when needed. Recovers from whatever a killed process left: a half-made data directory, a stale or
 * foreign `postmaster.pid`, a socket, a server that still runs. When the server dies it is started again in its place.
 * Throws `DATA_DIRECTORY_BUSY` when a living process holds the directory, `EMBEDDED_DATABASE_FAILED` otherwise.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  await mkdir(options.directory, { recursive: true })
  const directory = await realpath(options.directory)
  const ownership = await acquireOwnership(directory)
  try {
    const binaries = await findBinaries()
    const launcher = await createLauncher([binaries.postgres, binaries.initdb, directory])
    const { postgresPassword } = await openSecrets(directory, ['postgresPassword'])
    const cluster = await ensureCluster(directory, binaries, launcher, postgresPassword, options.progress)
    const port = options.port ?? (await findFreePort())
    const clear = async (): Promise<void> => {
      await removeLeftServer(cluster, options.progress)
      await removeLeftSockets(cluster)
    }
    await clear()
    const hasSocket = await canHaveSocket(cluster, port)
    const start = async (): Promise<Server> => {
      await clear()
      options.progress('Starting the database')
      return startServer({
        binaries,
        launcher,
        cluster,
        port,
        settings: { ...(hasSocket && SOCKET_SETTINGS), ...options.settings },
        logFile: `${cluster}.log`,
      })
    }
    const supervised = await supervise(start, options.log)
    const socket = hasSocket ? `?host=${encodeURIComponent(cluster)}` : ''
    return {
      url: `postgres://${SUPERUSER}:${postgresPassword}@127.0.0.1:${String(port)}/gpuaas${socket}`,
      stop: async () => {
        await supervised.stop()
        await ownership.release()
      },
    }
  } catch (error) {
    await ownership.release()
    throw error
  }
}
