import { integer } from '../kinds.ts'
import { setting } from '../setting.ts'

/** What becomes of notifications. */
export const NOTIFICATION_SETTINGS = {
  notificationDays: setting({
    variable: 'NOTIFICATION_DAYS',
    kind: integer(1, 3_650),
    default: '90',
    example: '365',
    about:
      'How many days a notification is kept. A live stream that goes on from a cursor of before is told `CURSOR_TOO_OLD`.',
  }),
}
