import type { Uuid } from '../../../platform/ids/id.ts'
import type { StreamingProcess } from './open-stream.ts'

/** One notice that a reader was shown. */
export interface Shown {
  readonly channel: Uuid
  readonly sequence: number
}

export interface Reading {
  readonly seen: readonly Shown[]
  readonly stop: () => Promise<void>
}

const MOST_AT_ONCE = 12

/** Reads channels from their beginning, and comes back at random after a few, by its cursor. */
export const startReader = (process: StreamingProcess | undefined, user: Uuid, channels: readonly Uuid[]): Reading => {
  if (process === undefined) throw new Error('There is no process to read in')
  const seen: Shown[] = []
  const stopped = new AbortController()
  let open: Awaited<ReturnType<StreamingProcess['open']>> | undefined
  const running = (async () => {
    let cursor = await process.cursor({ places: new Map(channels.map((id) => [id, 0n])) }, user)
    while (!stopped.signal.aborted) {
      open = await process.open(cursor)
      const few = 1 + Math.floor(Math.random() * MOST_AT_ONCE)
      for (let n = 0; n < few; n += 1) {
        const { value } = await open.stream.next()
        if (value === undefined) break
        seen.push({ channel: value.channel.id, sequence: Number(value.sequence) })
        cursor = await process.cursor(value, user)
      }
      await open.stream.return?.()
    }
  })()
  return {
    seen,
    stop: async () => {
      stopped.abort()
      await open?.stream.return?.()
      await running
    },
  }
}
