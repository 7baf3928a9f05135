import { setTimeout as pause } from 'node:timers/promises'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { TestPost } from './test-post.ts'

/**
 * The reader that everybody writes first: whatever has a greater id than the last one seen. What is committed later with a
 * smaller id it never sees. Kept as the control of the tests that say that nothing is missed: they must catch it.
 */
export const naiveReader = (post: TestPost, channels: readonly Uuid[]) => {
  const seen = new Set<string>()
  let cursor = '00000000-0000-0000-0000-000000000000'
  const stopped = new AbortController()
  const look = async (): Promise<void> => {
    const found = await post.rows<{ id: string }>(
      'select id from notifications.notifications where channel_id = any ($1::uuid[]) and id > $2 order by id',
      [channels, cursor],
    )
    for (const { id } of found) seen.add(id)
    cursor = found.at(-1)?.id ?? cursor
  }
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await look()
      await pause(2)
    }
  })()
  return {
    /** How many of so many it missed. */
    stop: async (total: number): Promise<number> => {
      stopped.abort()
      await running
      await look()
      return total - seen.size
    },
  }
}
