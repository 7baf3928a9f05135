/** A stream that somebody else than its reader may end, and its source with it. */
export interface EndableEvents<T> {
  readonly events: AsyncIterableIterator<T, undefined>
  /** At once: an event on its way is not delivered, and the reader gets the error in its place. */
  readonly fail: (error: Error) => void
}

/**
 * For one reader that asks for one event at a time. Written by hand: the `return()` of an async generator waits for
 * its upstream's next event.
 */
export const endableEvents = <T>(source: AsyncIterator<T>, onEnd: () => void): EndableEvents<T> => {
  const done = { done: true, value: undefined } as const
  let state: 'open' | 'ended' | Error = 'open'
  let interrupt: () => void = () => undefined

  const isOpen = (): boolean => state === 'open'

  const end = (how: 'ended' | Error): void => {
    if (state !== 'open') return
    state = how
    onEnd()
    source.return?.().catch(() => undefined)
    interrupt()
  }

  /** What a reader gets of a stream that is over: a failure once, then its end. */
  const over = (): IteratorResult<T, undefined> => {
    const failure = state
    state = 'ended'
    if (failure instanceof Error) throw failure
    return done
  }

  /** Undefined when the stream was ended meanwhile. */
  const nextOrInterrupted = (): Promise<IteratorResult<T> | undefined> =>
    new Promise((resolve, reject) => {
      interrupt = () => {
        resolve(undefined)
      }
      source.next().then(resolve, reject)
    })

  const events: AsyncIterableIterator<T, undefined> = {
    next: async () => {
      if (state !== 'open') return over()
      try {
        const event = await nextOrInterrupted()
        if (event !== undefined && event.done !== true && isOpen()) return { done: false, value: event.value }
      } catch (fault) {
        end(fault instanceof Error ? fault : new Error(String(fault)))
      }
      end('ended')
      return over()
    },
    return: () => {
      end('ended')
      return Promise.resolve(done)
    },
    [Symbol.asyncIterator]: () => events,
  }
  return { events, fail: end }
}
