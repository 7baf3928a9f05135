import type { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { CataloguedError, catalogued } from '../../platform/errors/catalogue.ts'

/**
 * Waits for the work of a subgraph no longer than `timeoutMs` (`SUBGRAPH_TIMEOUT`) and no longer than the request
 * lives; its cancellation is told then. What cannot be ended goes on, and what it comes to is ignored.
 */
export const withDeadline = <T>(
  work: Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
  cancellation: Cancellation,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const giveUp = (reason: CataloguedError): void => {
      reject(reason)
      cancellation.cancel(reason)
    }
    const cancelled = (): void => {
      clearTimeout(timer)
      giveUp(signal.reason instanceof CataloguedError ? signal.reason : catalogued('REQUEST_CANCELLED'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancelled)
      giveUp(catalogued('SUBGRAPH_TIMEOUT'))
    }, timeoutMs)
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancelled)
    }
    work.then(
      (value) => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
    if (signal.aborted) cancelled()
    else signal.addEventListener('abort', cancelled, { once: true })
  })
