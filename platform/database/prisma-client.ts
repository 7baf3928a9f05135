import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { currentAdapter } from './current-work.ts'

/** A transaction is waited for and runs this long at most; each statement has its own, shorter bound (pool.ts). */
const TRANSACTION_OPTIONS = { maxWait: 5_000, timeout: 20_000 }

const adapterOfTheCaller = (): SqlDriverAdapter => {
  const adapter = currentAdapter()
  if (adapter === undefined) throw new Error('A statement was made outside of `runFor`: nobody says as which role')
  return adapter
}

/** Hands each statement and transaction to the database in whose work it was made. */
const dispatching: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'gpuaas-dispatching',
  queryRaw: (query) => adapterOfTheCaller().queryRaw(query),
  executeRaw: (query) => adapterOfTheCaller().executeRaw(query),
  executeScript: (script) => adapterOfTheCaller().executeScript(script),
  startTransaction: (isolationLevel) => adapterOfTheCaller().startTransaction(isolationLevel),
  getConnectionInfo: () => ({ supportsRelationJoins: true }),
  // Pools belong to those who opened them.
  dispose: () => Promise.resolve(),
}

const factory: SqlDriverAdapterFactory = {
  provider: dispatching.provider,
  adapterName: dispatching.adapterName,
  connect: () => Promise.resolve(dispatching),
}

let shared: PrismaClient | undefined

/**
 * Prisma's client, one for the process: each holds the whole data model, its compiler and its plans, some twelve
 * megabytes, and a process that serves six subgraphs would hold them six times. Its statements go out by the adapter
 * that `runFor` names, each under the role of that database, and by none outside of it.
 */
export const prismaClient = (): PrismaClient =>
  (shared ??= new PrismaClient({ adapter: factory, transactionOptions: TRANSACTION_OPTIONS, errorFormat: 'minimal' }))
