import { systemGrant } from '../../../platform/access/authorize.ts'
import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { JobHandler } from '../../../platform/jobs/jobs.ts'
import { ok, type Result } from '../../../platform/result/result.ts'
import { smallestIdAt } from '../channel/readable.ts'
import type { NotificationUnits } from '../units.ts'

export interface RetentionDependencies {
  readonly units: NotificationUnits
  readonly clock: Clock
  /** How long a notification is kept. */
  readonly keptForDays: number
  /** How many are removed in one transaction. */
  readonly atOnce?: number
}

const DAY_MS = 24 * 3_600_000

export const REMOVE_EXPIRED = 'notifications.remove-expired'

/** Removes what is older than it is kept for, some in each transaction: writers wait for no more than one of them. */
export const retentionJobs = ({
  units,
  clock,
  keptForDays,
  atOnce = 2_000,
}: RetentionDependencies): Readonly<Record<string, JobHandler>> => ({
  [REMOVE_EXPIRED]: async () => {
    const before = smallestIdAt(new Date(clock.now().getTime() - keptForDays * DAY_MS))
    const grant = systemGrant(PLATFORM_SCOPE, REMOVE_EXPIRED)
    for (;;) {
      const removed = await units.platform.write(
        grant,
        async ({ retention, audit }): Promise<Result<number, never>> => {
          const count = await retention.remove(before, atOnce)
          if (count > 0) audit.succeeded('notifications.notification.expire', 'notifications', { removed: count })
          return ok(count)
        },
      )
      if (!removed.ok || removed.value < atOnce) return
    }
  },
})
