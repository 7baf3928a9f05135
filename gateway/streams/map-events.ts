/**
 * Maps a stream, one event after the other. Written by hand: an async generator that awaits its upstream does not
 * hear `return()` until the next event, and keeps the upstream alive meanwhile.
 */
export const mapEvents = <From, To>(
  upstream: AsyncIterableIterator<From>,
  map: (event: From) => Promise<To>,
): AsyncIterableIterator<To> => {
  const ended: IteratorResult<To> = { done: true, value: undefined }
  let isEnded = false
  const endings: (() => void)[] = []
  const end = async (): Promise<IteratorResult<To>> => {
    if (!isEnded) {
      isEnded = true
      for (const resolve of endings.splice(0)) resolve()
      await upstream.return?.()
    }
    return ended
  }
  const pull = async (): Promise<IteratorResult<To>> => {
    const event = await upstream.next()
    if (isEnded || event.done === true) {
      isEnded = true
      return ended
    }
    return { done: false, value: await map(event.value) }
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    next: () => {
      if (isEnded) return Promise.resolve(ended)
      const pulled = last.then(pull)
      last = pulled.catch(() => undefined)
      return new Promise((resolve, reject) => {
        const endedEarly = (): void => resolve(ended)
        endings.push(endedEarly)
        pulled.then(resolve, reject).finally(() => {
          const index = endings.indexOf(endedEarly)
          if (index >= 0) endings.splice(index, 1)
        })
      })
    },
    return: end,
    throw: async (error: unknown) => {
      await end()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
