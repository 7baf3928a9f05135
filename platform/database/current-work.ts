import { AsyncLocalStorage } from 'node:async_hooks'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { currentCancellation, type Cancellation } from '../cancellation/cancellation.ts'
import { NO_SCOPE, type ScopeSettings } from './scope-settings.ts'

/** For what a pool is asked. */
export interface Work {
  readonly settings: ScopeSettings
  /** Undefined for what is done to its end whoever leaves. */
  readonly cancellation: Cancellation | undefined
}

const NOBODYS_WORK: Work = { settings: NO_SCOPE, cancellation: undefined }

/** The work of whoever asks at this moment. */
export const workUnder = (settings: ScopeSettings): Work => ({ settings, cancellation: currentCancellation() })

interface Current {
  readonly work: Work
  /** By which Prisma's client asks for it: the database of the work. */
  readonly adapter: SqlDriverAdapter | undefined
}

const current = new AsyncLocalStorage<Current>()

/** Everything that `ask` asks a pool for, awaited or not, is asked for this work, and by this adapter where it is Prisma's. */
export const runFor = <T>(work: Work, ask: () => Promise<T>, adapter?: SqlDriverAdapter): Promise<T> =>
  current.run({ work, adapter }, ask)

/** Outside of any unit of work: no tenant's rows, and for nobody who could leave, as where callers share an answer. */
export const currentWork = (): Work => current.getStore()?.work ?? NOBODYS_WORK

/** Undefined outside of any unit of work: nobody says as which role. */
export const currentAdapter = (): SqlDriverAdapter | undefined => current.getStore()?.adapter
