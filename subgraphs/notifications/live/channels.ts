import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, PLATFORM_SCOPE, selfScope } from '../../../platform/access/scope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { ok, unreachable, type Result } from '../../../platform/result/result.ts'
import type { Channel, Post } from '../channel/model.ts'
import type { NotificationUnits } from '../units.ts'

const BATCH = 100

/** What a channel's log holds after a place, in the channel's own scope: for everybody of this process who follows it. */
export const channelReader =
  (units: NotificationUnits) =>
  ({ kind, id }: Channel, after: bigint): Promise<readonly Post[]> => {
    switch (kind) {
      case 'USER':
        return units.user.read(selfScope(id), ({ channel }) => channel.after(after, BATCH))
      case 'ORGANIZATION':
        return units.organization.read(organizationScope(id), ({ channel }) => channel.after(after, BATCH))
      case 'BROADCAST':
        return units.platform.read(PLATFORM_SCOPE, ({ channel }) => channel.after(after, BATCH))
    }
  }

/** How far channels are. A transaction, because it names the channels for itself alone. */
export const headReader =
  (units: NotificationUnits) =>
  async (channels: readonly Uuid[]): Promise<ReadonlyMap<Uuid, bigint>> => {
    const grant = systemGrant(PLATFORM_SCOPE, 'notifications.follow')
    const found = await units.platform.write(
      grant,
      async ({ heads }): Promise<Result<ReadonlyMap<Uuid, bigint>, never>> => ok(await heads.of(channels)),
    )
    return found.ok ? found.value : unreachable(found.error)
  }
