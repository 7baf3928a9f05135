import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import type { RequestContext } from './transport.ts'

/** The time that one fetch has: its own, no more than what is left of its request's, and not longer than the caller waits. */
export interface TimeLimit {
  /** Aborts with the catalogued reason: `SUBGRAPH_TIMEOUT`, or why the request was given up. */
  readonly signal: AbortSignal
  /** What is left of it, in whole milliseconds, at least 1. */
  readonly leftMs: () => number
  /** To be called once the fetch has ended. */
  readonly end: () => void
}

export const timeLimit = (
  timeoutMs: number,
  { signal, deadline = Infinity }: Pick<RequestContext, 'signal' | 'deadline'>,
): TimeLimit => {
  const controller = new AbortController()
  const until = Math.min(performance.now() + timeoutMs, deadline)
  const timer = setTimeout(() => controller.abort(catalogued('SUBGRAPH_TIMEOUT')), timeoutMs)
  const cancel = (): void =>
    controller.abort(signal.reason instanceof CataloguedError ? signal.reason : catalogued('REQUEST_CANCELLED'))
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel, { once: true })
  return {
    signal: controller.signal,
    leftMs: () => Math.max(Math.floor(until - performance.now()), 1),
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
    },
  }
}
