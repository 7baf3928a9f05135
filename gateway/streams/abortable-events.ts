/** Ends a stream, and its upstream with it, as soon as the signal aborts. */
export const withAbort = <T>(events: AsyncIterableIterator<T>, signal: AbortSignal): AsyncIterableIterator<T> => {
  const end = (): void => void events.return?.()
  const settle = (): void => signal.removeEventListener('abort', end)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    next: async () => {
      const event = await events.next()
      if (event.done === true) settle()
      return event
    },
    return: async () => {
      settle()
      return (await events.return?.()) ?? { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
