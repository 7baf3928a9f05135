import { z } from 'zod'
import type { Cache, Unsubscribe } from '../../../platform/cache/cache.ts'
import type { Channel as BusChannel } from '../../../platform/cache/inventory.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'
import { CATEGORIES } from '../template/model.ts'
import type { Channel, Post } from '../channel/model.ts'

/**
 * What the bus said of a channel: there is a notice at this place, and it may be this one; or its user decided anew what
 * they want to be told of.
 */
export type Hint =
  { readonly kind: 'post'; readonly sequence: bigint; readonly post: Post } | { readonly kind: 'preferences' }

/**
 * Tells the processes that hold streams of a channel what is new there. It only makes them quick: the log is the truth
 * (R71). What it carries is believed where it is the very next of a channel, and otherwise only says where to look.
 */
export interface Hints {
  /** Never fails: who is not told finds it when they look by themselves. */
  readonly publish: (post: Post) => Promise<void>
  /** A user decided anew. Never fails: streams that are not told heed it when they are opened again. */
  readonly publishPreferences: (userId: Uuid) => Promise<void>
  /** Hints may be lost, repeated, or come in another order. Rejects while the bus is away. */
  readonly subscribe: (channel: Channel, listener: (hint: Hint) => void) => Promise<Unsubscribe>
}

/** One for each channel: a process hears of those alone whose streams it holds. */
const busChannelOf = ({ kind, id }: Channel): BusChannel => {
  switch (kind) {
    case 'USER':
      return `notifications.${id}`
    case 'ORGANIZATION':
      return `organization-notifications.${id}`
    case 'BROADCAST':
      return 'broadcast-notifications'
  }
}

const uuid = z.string().refine(isUuid, 'not a UUID in canonical form')

const message = z.object({
  sequence: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
  id: uuid,
  template: z.string(),
  category: z.enum(CATEGORIES),
  title: z.string(),
  body: z.string(),
  projectId: uuid.nullable(),
  subject: z.string().nullable(),
  traceparent: z.string().nullable(),
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
})

const write = ({ channel: _, sequence, ...post }: Post): string =>
  JSON.stringify({ ...post, sequence: sequence.toString() })

const PREFERENCES = 'preferences'

const read = (channel: Channel, text: string): Hint | undefined => {
  if (text === PREFERENCES) return { kind: 'preferences' }
  try {
    const { sequence, ...post } = message.parse(JSON.parse(text))
    return { kind: 'post', sequence, post: { ...post, sequence, channel } }
  } catch {
    return undefined
  }
}

export const createHints = (bus: Pick<Cache, 'publish' | 'subscribe'>, log: Log): Hints => {
  const publish = async (channel: Channel, text: string): Promise<void> => {
    try {
      await bus.publish(busChannelOf(channel), text)
    } catch (error) {
      log.warn({ err: error }, 'a hint was not published; streams find the notification by themselves')
    }
  }
  return {
    publish: (post) => publish(post.channel, write(post)),
    publishPreferences: (userId) => publish({ kind: 'USER', id: userId }, PREFERENCES),
    subscribe: (channel, listener) =>
      bus.subscribe(busChannelOf(channel), (text) => {
        const hint = read(channel, text)
        if (hint !== undefined) listener(hint)
      }),
  }
}
