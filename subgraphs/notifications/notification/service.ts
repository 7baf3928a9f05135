import type { SelfGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
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

/** Who asks, and which projects they may read now: what is about another project is not there for them. */
export interface Reader {
  readonly self: SelfGrant
  readonly readable: ProjectSetScope
}

export interface NotificationDependencies {
  readonly units: NotificationUnits
  readonly clock: Clock
}

export type NotificationService = ReturnType<typeof notificationService>

const idsOf = ({ projects }: ProjectSetScope): readonly Uuid[] => projects.map(({ projectId }) => projectId)

export const notificationService = ({ units, clock }: NotificationDependencies) => ({
  /** Newest first. */
  page: ({ self, readable }: Reader, page: NotificationPage): Promise<Notification[]> =>
    units.read(self.scope, ({ notifications }) => notifications.page(page, idsOf(readable))),

  countUnread: ({ self, readable }: Reader): Promise<number> =>
    units.read(self.scope, ({ notifications }) => notifications.countUnread(idsOf(readable))),

  /** Those that exist and may be seen, in no order. */
  findAll: ({ self, readable }: Reader, ids: readonly NotificationId[]): Promise<Notification[]> =>
    units.read(self.scope, ({ notifications }) =>
      notifications.findAll(
        ids.map(({ local }) => local),
        idsOf(readable),
      ),
    ),

  /** All of them, or none. Those that are marked already keep their time. */
  markRead: async (
    { self, readable }: Reader,
    ids: readonly NotificationId[],
  ): Promise<Result<Marked, MarkRefusal>> => {
    if (ids.length > MAX_MARKED) return err('TOO_MANY')
    const wanted = [...new Set(ids.map(({ local }) => local))]
    const projects = idsOf(readable)
    return units.write(self, async ({ notifications, audit }): Promise<Result<Marked, MarkRefusal>> => {
      if ((await notifications.findAll(wanted, projects)).length < wanted.length) return err('NOT_FOUND')
      await notifications.markRead(wanted, clock.now())
      const marked = new Map((await notifications.findAll(wanted, projects)).map((held) => [held.id.local, held]))
      const read = [...marked.values()].map(({ id }) => id.text)
      audit.succeeded('notifications.notification.read', 'notifications', { notifications: read.join(' ') })
      const inOrder = wanted.flatMap((local) => marked.get(local) ?? [])
      return ok({ notifications: inOrder, unreadCount: await notifications.countUnread(projects) })
    })
  },

  /** Everything up to one, that one included; without one, everything that is there now. */
  markAllRead: (
    { self, readable }: Reader,
    upTo: NotificationId | undefined,
  ): Promise<Result<MarkedAll, 'NOT_FOUND'>> => {
    const projects = idsOf(readable)
    return units.write(self, async ({ notifications, audit }): Promise<Result<MarkedAll, 'NOT_FOUND'>> => {
      const [last] = upTo === undefined ? [] : await notifications.findAll([upTo.local], projects)
      if (upTo !== undefined && last === undefined) return err('NOT_FOUND')
      const sequence = last?.sequence ?? (await notifications.lastSequence())
      const markedCount = await notifications.markAllRead(sequence, projects, clock.now())
      const details = { markedCount, upTo: sequence.toString() }
      audit.succeeded('notifications.notification.read_all', 'notifications', details)
      return ok({ markedCount, unreadCount: await notifications.countUnread(projects) })
    })
  },
})
