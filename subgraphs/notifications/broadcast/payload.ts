import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { BroadcastRefusal, SentBroadcast } from './model.ts'

const REFUSALS: Refusals<BroadcastRefusal> = {
  TITLE_INVALID: { field: ['title'], message: 'A title has 1 to 120 printable characters on one line.' },
  BODY_INVALID: { field: ['body'], message: 'A text has 1 to 2,000 printable characters and line breaks.' },
  ORGANIZATION_NOT_FOUND: {
    field: ['organizationId'],
    message: 'There is no such organization, or nobody is a member of it.',
  },
}

export const broadcastNotificationPayload = (sent: Result<SentBroadcast, BroadcastRefusal>) =>
  sent.ok
    ? { broadcast: sent.value, userErrors: [] }
    : { broadcast: null, userErrors: refusedWith(sent.error, REFUSALS) }
