import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { copyDataDirectory } from './data-directory.ts'
import { addressOf, runProgram, type Product, type Program } from './product.ts'
import { runDirectory } from './run-directory.ts'
import { signIn } from '../../identity/sign-in.ts'
import { findRunningServer } from '../../identity/running-server.ts'

export interface EmbeddedProduct extends Product {
  readonly program: Program
  readonly dataDirectory: string
}

const ownDirectory = async (environment: Readonly<Record<string, string>>): Promise<string> => {
  const directory = await mkdtemp(join(runDirectory(), 'product-'))
  // Where its database is another's, there is nothing of its own to begin with.
  if (environment['DATABASE_URL'] === undefined) await copyDataDirectory(directory)
  return directory
}

/**
 * Starts the whole product in one process, on a free port: in the data directory that is named, or in one of its own
 * that goes on from a first start.
 */
export const startEmbedded = async (
  environment: Readonly<Record<string, string>> = {},
  dataDirectory?: string,
): Promise<EmbeddedProduct> => {
  const directory = dataDirectory ?? (await ownDirectory(environment))
  const program = runProgram('server/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: directory, ...environment })
  const url = await addressOf(program)
  return {
    program,
    dataDirectory: directory,
    urls: [url],
    tokenOf: tokens(directory),
    stop: async () => {
      program.child.kill('SIGTERM')
      await program.exited
      if (dataDirectory === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Signs demo users in at the embedded provider, each once. */
export const tokens = (dataDirectory: string) => {
  const known = new Map<string, Promise<string>>()
  const fetchToken = async (email: string, factors: 'single' | 'multi'): Promise<string> => {
    const issuer = (await findRunningServer(dataDirectory))?.issuer
    if (issuer === undefined) throw new Error(`No server with an identity provider runs on ${dataDirectory}`)
    return signIn({ issuer, email, factors })
  }
  return (email: string, factors: 'single' | 'multi' = 'single'): Promise<string> => {
    if (factors === 'multi') return fetchToken(email, factors)
    const token = known.get(email) ?? fetchToken(email, factors)
    known.set(email, token)
    return token
  }
}
