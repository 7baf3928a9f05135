import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Cancellable, Cancellation } from '../../platform/cancellation/cancellation.ts'
import { reasonOfLeaving } from '../execution/subgraph-error.ts'
import type { OperationWork } from './operation-work.ts'

/**
 * Waits for an answer of a subgraph no longer than `timeoutMs` (`SUBGRAPH_TIMEOUT`) and no longer than the request lives.
 * Work that nobody waits for then is ended; what cannot be ended goes on, and what it comes to is ignored.
 */
export const withDeadline = <T>(
  answer: Promise<T>,
  timeoutMs: number,
  cancellation: Cancellation,
  work: OperationWork<unknown>,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    let isOver = false
    const end = (): boolean => {
      if (isOver) return false
      isOver = true
      clearTimeout(timer)
      cancellation.leave(request)
      return true
    }
    const giveUp = (reason: CataloguedError): void => {
      if (!end()) return
      reject(reason)
      work.giveUp(reason)
    }
    const request: Cancellable = {
      cancel: (reason) => giveUp(reasonOfLeaving(reason)),
    }
    const timer = setTimeout(() => giveUp(catalogued('SUBGRAPH_TIMEOUT')), timeoutMs)
    work.wait()
    answer.then(
      (value) => {
        if (!end()) return
        work.leave()
        resolve(value)
      },
      (error: unknown) => {
        if (!end()) return
        work.leave()
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
    if (cancellation.reason) request.cancel(cancellation.reason)
    else cancellation.enter(request)
  })
