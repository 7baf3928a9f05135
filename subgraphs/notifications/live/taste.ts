import type { Notification } from '../notification/model.ts'
import type { Category } from '../template/model.ts'

/** What a stream's user wants to be told of. */
export interface Taste {
  /** Reads it when it was decided anew since it was read. */
  readonly refresh: () => Promise<void>
  readonly wants: (notification: Notification) => boolean
}

/** `revision` is another one whenever the user decided anew. Read before the first notice is shown. */
export const createTaste = (switchedOff: () => Promise<ReadonlySet<Category>>, revision: () => number): Taste => {
  let off: ReadonlySet<Category> = new Set()
  let read: number | undefined
  return {
    refresh: async () => {
      const current = revision()
      if (read === current) return
      off = await switchedOff()
      read = current
    },
    wants: ({ category }) => !off.has(category),
  }
}
