import { AsyncLocalStorage } from 'node:async_hooks'
import { currentCancellation, type Cancellation } from '../cancellation/cancellation.ts'
import { NO_SCOPE, type ScopeSettings } from './scope-settings.ts'

/** For what a pool is asked at this moment. */
export interface Work {
  readonly settings: ScopeSettings
  /** Undefined for what is done to its end whoever leaves. */
  readonly cancellation: Cancellation | undefined
}

const NOBODYS_WORK: Work = { settings: NO_SCOPE, cancellation: undefined }

const current = new AsyncLocalStorage<Work>()

/** Everything that `work` asks a pool for, awaited or not, is asked under these settings, and for its own caller. */
export const runUnder = <T>(settings: ScopeSettings, work: () => Promise<T>): Promise<T> =>
  current.run({ settings, cancellation: currentCancellation() }, work)

/** Outside of any unit of work: no tenant's rows, and for nobody who could leave, as where callers share an answer. */
export const currentWork = (): Work => current.getStore() ?? NOBODYS_WORK
