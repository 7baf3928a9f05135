import { catalogued } from '../../../platform/errors/catalogue.ts'
import {
  connectionOf,
  pageRequest,
  type PageArguments,
  type PageRequest,
} from '../../../platform/graphql/connection.ts'
import type { Count } from '../../../platform/graphql/total-count.ts'
import { isUuid, type Uuid } from '../../../platform/ids/id.ts'
import type { Notification } from './model.ts'
import type { NotificationFilter } from './view.ts'

/** A page of the list, newest first: strictly beyond `beyond`, when it does not begin at an end. */
export interface NotificationPage extends PageRequest {
  readonly beyond: Uuid | undefined
  readonly filter: NotificationFilter
}

/** Reads the arguments of the list. A cursor of one filter is none of another. */
export const notificationPage = (args: PageArguments, filter: NotificationFilter): NotificationPage => {
  const identity = { list: 'Query.notifications', sort: 'id desc', keyParts: 1, filter }
  const request = pageRequest(args, identity)
  const [beyond] = request.from ?? []
  if (beyond !== undefined && !isUuid(beyond))
    throw catalogued('INVALID_CURSOR', { argument: request.direction === 'forward' ? 'after' : 'before' })
  return { ...request, beyond, filter }
}

export const notificationConnection = (rows: readonly Notification[], page: NotificationPage, count: Count) =>
  connectionOf(rows, page, ({ id }) => [id.local], count)
