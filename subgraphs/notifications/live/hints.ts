import { z } from 'zod'
import type { Cache, Unsubscribe } from '../../../platform/cache/cache.ts'
import type { Channel as BusChannel } from '../../../platform/cache/inventory.ts'
import { isUuid } from '../../../platform/ids/id.ts'
import type { Log } from '../../../platform/log/log.ts'
import type { Channel, Post } from '../channel/model.ts'

/** What the bus said of a channel: there is a notice at this place, and it may be this one. */
export interface Hint {
  readonly sequence: bigint
  readonly post: Post
}

/**
 * Tells the processes that hold streams of a channel what is new there. It only makes them quick: the log is the truth
 * (R71). What it carries is believed where it is the very next of a channel, and otherwise only says where to look.
 */
export interface Hints {
  /** Never fails: who is not told finds it when they look by themselves. */
  readonly publish: (post: Post) => Promise<void>
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
  title: z.string(),
  body: z.string(),
  projectId: uuid.nullable(),
  subject: z.string().nullable(),
  traceparent: z.string().nullable(),
  createdAt: z.iso.datetime().transform((text) => new Date(text)),
})

const write = ({ channel: _, sequence, ...post }: Post): string =>
  JSON.stringify({ ...post, sequence: sequence.toString() })

const read = (channel: Channel, text: string): Hint | undefined => {
  try {
    const { sequence, ...post } = message.parse(JSON.parse(text))
    return { sequence, post: { ...post, sequence, channel } }
  } catch {
    return undefined
  }
}

export const createHints = (bus: Pick<Cache, 'publish' | 'subscribe'>, log: Log): Hints => ({
  publish: async (post) => {
    try {
      await bus.publish(busChannelOf(post.channel), write(post))
    } catch (error) {
      log.warn({ err: error }, 'a hint was not published; streams find the notification by themselves')
    }
  },
  subscribe: (channel, listener) =>
    bus.subscribe(busChannelOf(channel), (text) => {
      const hint = read(channel, text)
      if (hint !== undefined) listener(hint)
    }),
})
