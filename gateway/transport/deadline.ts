import { CataloguedError, catalogued } from '../../platform/errors/catalogue.ts'

/**
 * Waits for the work of a subgraph no longer than `timeoutMs` (`SUBGRAPH_TIMEOUT`) and no longer than the request
 * lives. The work itself goes on where it cannot be stopped; what it comes to is ignored.
 */
export const withDeadline = <T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const cancelled = (): void => {
      clearTimeout(timer)
      reject(signal.reason instanceof CataloguedError ? signal.reason : catalogued('REQUEST_CANCELLED'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancelled)
      reject(catalogued('SUBGRAPH_TIMEOUT'))
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
