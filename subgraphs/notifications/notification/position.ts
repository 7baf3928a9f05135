import { catalogued } from '../../../platform/errors/catalogue.ts'
import {
  connectionOf,
  pageRequest,
  type PageArguments,
  type PageRequest,
} from '../../../platform/graphql/connection.ts'
import { readCursor, writeCursor, type CursorKey, type ListIdentity } from '../../../platform/graphql/cursor.ts'
import type { Notification } from './model.ts'

const SEQUENCE = /^\d{1,18}$/

/** The place in a channel that a cursor holds. */
const sequenceOf = (key: CursorKey, argument: string): bigint => {
  const [sequence = ''] = key
  if (!SEQUENCE.test(sequence)) throw catalogued('INVALID_CURSOR', { argument })
  return BigInt(sequence)
}

const STREAM: ListIdentity = { list: 'Subscription.notifications', sort: 'sequence', keyParts: 1 }

/** Where a live stream goes on after a notification. */
export const streamCursor = ({ sequence }: Notification): string => writeCursor(STREAM, [sequence.toString()])

/** Throws `INVALID_CURSOR` for what is none. */
export const streamPosition = (cursor: string): bigint => {
  const key = readCursor(STREAM, cursor)
  if (!key.ok) throw catalogued(key.error, { argument: 'after' })
  return sequenceOf(key.value, 'after')
}

/** A page of the list, newest first: strictly beyond `beyond`, when it does not begin at an end. */
export interface NotificationPage extends PageRequest {
  readonly beyond: bigint | undefined
  readonly unreadOnly: boolean
}

/** Reads the arguments of the list. A cursor of the unread ones is none of all, and the other way round. */
export const notificationPage = (
  args: PageArguments & { readonly unreadOnly?: boolean | null | undefined },
): NotificationPage => {
  const unreadOnly = args.unreadOnly ?? false
  const identity = { list: 'Query.notifications', sort: 'sequence desc', keyParts: 1, filter: { unreadOnly } }
  const request = pageRequest(args, identity)
  const argument = request.direction === 'forward' ? 'after' : 'before'
  return { ...request, beyond: request.from && sequenceOf(request.from, argument), unreadOnly }
}

export const notificationConnection = (rows: readonly Notification[], page: NotificationPage) =>
  connectionOf(rows, page, ({ sequence }) => [sequence.toString()])
