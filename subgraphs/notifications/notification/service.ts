import type { SelfGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { Cursors } from '../cursor/cursors.ts'
import type { NotificationUnits } from '../units.ts'
import {
  MAX_MARKED,
  type Marked,
  type MarkedAll,
  type MarkRefusal,
  type Notification,
  type NotificationId,
} from './model.ts'
import type { NotificationPage } from './position.ts'
import type { NotificationFilter, View } from './view.ts'

/** Who asks, and what they may see now: what is about another project, or told to others, is not there for them. */
export interface Reader {
  readonly self: SelfGrant
  readonly view: View
}

export interface NotificationDependencies {
  readonly units: NotificationUnits
  readonly cursors: Cursors
  readonly clock: Clock
}

export type NotificationService = ReturnType<typeof notificationService>

const locals = (ids: readonly NotificationId[]): readonly Uuid[] => [...new Set(ids.map(({ local }) => local))]

const MARKS = {
  read: { action: 'notifications.notification.read', mark: 'markRead' },
  dismissed: { action: 'notifications.notification.dismiss', mark: 'dismiss' },
} as const

export const notificationService = ({ units, cursors, clock }: NotificationDependencies) => {
  /**
   * All of them, or none. Those that are marked already keep their time. Only the count is kept of a call with a key:
   * what the notices say is read each time, as the caller may see it then.
   */
  const markAs =
    (mark: keyof typeof MARKS) =>
    async ({ self, view }: Reader, ids: readonly NotificationId[]): Promise<Result<Marked, MarkRefusal>> => {
      if (ids.length > MAX_MARKED) return err('TOO_MANY')
      const wanted = locals(ids)
      const how = MARKS[mark]
      const done = await units.user.write(
        self,
        async ({ notifications, receipts, audit }): Promise<Result<Pick<Marked, 'unreadCount'>, MarkRefusal>> => {
          const named = await notifications.findAll(wanted, view)
          if (named.length < wanted.length) return err('NOT_FOUND')
          await receipts[how.mark](wanted, view, clock.now())
          await receipts.advance(view)
          audit.succeeded(how.action, 'notifications', { notifications: named.map(({ id }) => id.text).join(' ') })
          return ok({ unreadCount: await receipts.countUnread(view) })
        },
      )
      if (!done.ok) return done
      const found = await units.user.read(self.scope, ({ notifications }) => notifications.findAll(wanted, view))
      const marked = new Map(found.map((held) => [held.id.local, held]))
      const inOrder = wanted.flatMap((local) => marked.get(local) ?? [])
      if (inOrder.length < wanted.length) return err('NOT_FOUND')
      return ok({ notifications: inOrder, unreadCount: done.value.unreadCount })
    }

  return {
    /** Newest first. */
    page: ({ self, view }: Reader, page: NotificationPage): Promise<Notification[]> =>
      units.user.read(self.scope, ({ notifications }) => notifications.page(page, view)),

    /** How many there are through a filter. */
    total: ({ self, view }: Reader, filter: NotificationFilter): Promise<number> =>
      units.user.read(self.scope, ({ notifications }) => notifications.total(filter, view)),

    countUnread: ({ self, view }: Reader): Promise<number> =>
      units.user.read(self.scope, ({ receipts }) => receipts.countUnread(view)),

    /** Those that exist and may be seen, in no order. */
    findAll: ({ self, view }: Reader, ids: readonly NotificationId[]): Promise<Notification[]> =>
      units.user.read(self.scope, ({ notifications }) => notifications.findAll(locals(ids), view)),

    /** For each notification, where a stream goes on after it: what is newer in any channel comes then. */
    cursorsOf: async ({ self, view }: Reader, of: readonly Notification[]): Promise<readonly string[]> => {
      const { scope } = self
      const unknown = of.filter(({ places }) => places === undefined).map(({ id }) => id.local)
      const [codec, found] = await Promise.all([
        cursors.codec(),
        unknown.length === 0
          ? undefined
          : units.user.read(scope, ({ places }) => places.behind([...new Set(unknown)], view.channels)),
      ])
      return of.map(({ id, places }) => codec.write(scope.userId, places ?? found?.get(id.local) ?? new Map()))
    },

    markRead: markAs('read'),

    /** Out of the lists, and not counted as unread any more. */
    dismiss: markAs('dismissed'),

    /** Everything up to one, that one included; without one, everything that is there now. */
    markAllRead: ({ self, view }: Reader, upTo: NotificationId | undefined): Promise<Result<MarkedAll, 'NOT_FOUND'>> =>
      units.user.write(self, async ({ notifications, receipts, audit }): Promise<Result<MarkedAll, 'NOT_FOUND'>> => {
        const [last] = upTo === undefined ? [] : await notifications.findAll([upTo.local], view)
        if (upTo !== undefined && last === undefined) return err('NOT_FOUND')
        const markedCount = await receipts.markAllRead(last?.id.local, view, clock.now())
        await receipts.advance(view)
        const details = { markedCount, upTo: last?.id.text ?? 'the newest' }
        audit.succeeded('notifications.notification.read_all', 'notifications', details)
        return ok({ markedCount, unreadCount: await receipts.countUnread(view) })
      }),
  }
}
