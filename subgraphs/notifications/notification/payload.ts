import type { Result } from '../../../platform/result/result.ts'
import { MAX_MARKED, type Marked, type MarkedAll, type MarkRefusal } from './model.ts'

const REFUSALS: Readonly<Record<MarkRefusal, string>> = {
  NOT_FOUND: 'One of the notifications is not there.',
  TOO_MANY: `One call names ${String(MAX_MARKED)} notifications at most.`,
}

/** `unreadCount` is asked for when the refusal did not come with it. */
const markedPayload = async (marked: Result<Marked, MarkRefusal>, unreadCount: () => Promise<number>) =>
  marked.ok
    ? { ...marked.value, userErrors: [] }
    : {
        notifications: null,
        unreadCount: await unreadCount(),
        userErrors: [{ code: marked.error, field: ['ids'], message: REFUSALS[marked.error] }],
      }

export const markNotificationsReadPayload = markedPayload
export const dismissNotificationsPayload = markedPayload

export const markAllNotificationsReadPayload = async (
  marked: Result<MarkedAll, 'NOT_FOUND'>,
  unreadCount: () => Promise<number>,
) =>
  marked.ok
    ? { ...marked.value, userErrors: [] }
    : {
        markedCount: 0,
        unreadCount: await unreadCount(),
        userErrors: [{ code: marked.error, field: ['upTo'], message: REFUSALS[marked.error] }],
      }
