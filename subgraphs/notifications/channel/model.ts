import type { Uuid } from '../../../platform/ids/id.ts'
import type { Category } from '../template/model.ts'
import type { Rendered } from '../template/texts.ts'

/** Who is told: one user, the members of an organization, or everybody (R70). */
export type ChannelKind = 'USER' | 'ORGANIZATION' | 'BROADCAST'

/** A stream of notices with one contiguous sequence. Its id is that of its user or organization. */
export interface Channel {
  readonly kind: ChannelKind
  readonly id: Uuid
}

/** The channel of everybody. */
export const BROADCAST: Channel = {
  kind: 'BROADCAST',
  id: '00000000-0000-0000-0000-000000000000' as Uuid, // the nil UUID, in canonical form
}

/** One notice as it stands in its channel, whoever reads it. */
export interface Post {
  readonly id: Uuid
  readonly channel: Channel
  /** Its place in the channel: 1, 2, 3 … without a gap. Ids of one channel have the same order. */
  readonly sequence: bigint
  readonly template: string
  readonly category: Category
  readonly title: string
  readonly body: string
  /** The project that it is about: who may not read that is not told. */
  readonly projectId: Uuid | null
  /** The text of the id of what it is about. */
  readonly subject: string | null
  /** W3C trace context in which it was written: who is shown it live is shown it as part of that trace (R87). */
  readonly traceparent: string | null
  readonly createdAt: Date
}

/** A notice before it has its place. */
export interface NewPost {
  /** Taken when it is the next of the channel's ids; otherwise the id after the channel's last. */
  readonly id: Uuid
  readonly text: Rendered
  readonly about: { readonly organizationId: Uuid; readonly projectId: Uuid | null } | null
  readonly subject: string | null
  readonly correlationId: string
  readonly traceparent: string | null
  readonly createdAt: Date
}

/** Where in each channel a reader is: everything up to there was seen. By the channel's id. */
export type Places = ReadonlyMap<Uuid, bigint>
