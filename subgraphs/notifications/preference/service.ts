import type { SelfGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { selfScope } from '../../../platform/access/scope.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { Hints } from '../live/hints.ts'
import type { Category } from '../template/model.ts'
import type { NotificationUnits } from '../units.ts'
import { completed, isMandatory, nameOf, type Preference, type PreferenceRefusal } from './model.ts'

export interface PreferenceDependencies {
  readonly units: NotificationUnits
  readonly hints: Pick<Hints, 'publishPreferences'>
  readonly clock: Clock
}

export type PreferenceService = ReturnType<typeof preferenceService>

export const preferenceService = ({ units, hints, clock }: PreferenceDependencies) => ({
  /** One for each category and medium. */
  all: async ({ scope }: SelfGrant): Promise<readonly Preference[]> =>
    completed(await units.user.read(scope, ({ preferences }) => preferences.all())),

  /** What a user does not want to be shown, of categories that can be switched off. */
  switchedOff: async (userId: Uuid): Promise<ReadonlySet<Category>> =>
    new Set(await units.user.read(selfScope(userId), ({ preferences }) => preferences.switchedOff('IN_APP'))),

  /** All of them, or none; those that are not named stay as they are. Open streams heed it at once. */
  update: async (
    self: SelfGrant,
    wanted: readonly Preference[],
  ): Promise<Result<readonly Preference[], PreferenceRefusal>> => {
    if (wanted.some(({ category, enabled }) => isMandatory(category) && !enabled)) return err('MANDATORY')
    const named = new Set(wanted.map(nameOf))
    if (named.size < wanted.length) return err('REPEATED')
    const updated = await units.user.write(
      self,
      async ({ preferences, audit }): Promise<Result<readonly Preference[], PreferenceRefusal>> => {
        await preferences.set(wanted, clock.now())
        const said = wanted.map((preference) => `${nameOf(preference)} ${preference.enabled ? 'on' : 'off'}`)
        audit.succeeded('notifications.preference.update', 'notifications', { preferences: said.join(', ') })
        return ok(completed(await preferences.all()))
      },
    )
    await hints.publishPreferences(self.scope.userId)
    return updated
  },
})
