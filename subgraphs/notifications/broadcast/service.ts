import type { Audience } from '../../../platform/access/audience.ts'
import { operatorGrant, type PlatformGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import { notificationCreated } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { currentCorrelation } from '../../../platform/log/correlation.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { currentTraceparent } from '../../../platform/tracing/traceparent.ts'
import type { Post } from '../channel/model.ts'
import type { ChannelRepository } from '../channel/repository.ts'
import type { Hints } from '../live/hints.ts'
import { render, type Template } from '../template/texts.ts'
import type { NotificationUnits } from '../units.ts'
import { parseAnnouncement, type Announcement, type BroadcastRefusal, type SentBroadcast } from './model.ts'

export interface BroadcastDependencies {
  readonly units: NotificationUnits
  readonly hints: Pick<Hints, 'publish'>
  readonly audience: Audience
  readonly clock: Clock
  readonly ids: IdGenerator
}

type Operator = PlatformGrant<'PLATFORM_NOTIFICATION_BROADCAST'>
type Unit = WriteTools & { readonly channel: ChannelRepository }

interface Sent {
  readonly post: Post
  readonly sentAt: Date
}

export type BroadcastService = ReturnType<typeof broadcastService>

export const broadcastService = ({ units, hints, audience, clock, ids }: BroadcastDependencies) => {
  const sending =
    (operator: Operator, announcement: Announcement, template: Template) =>
    async (unit: Unit): Promise<Result<Sent, never>> => {
      const { channel, audit, outbox } = unit
      const { title, body, organizationId } = announcement
      const sentAt = clock.now()
      const post = await channel.append({
        id: ids.next(),
        text: render(template, 'announcement', { title, body }),
        about: organizationId ? { organizationId: organizationId.local, projectId: null } : null,
        subject: null,
        correlationId: currentCorrelation()?.correlationId ?? '',
        traceparent: currentTraceparent() ?? null,
        createdAt: sentAt,
      })
      audit.succeeded('notifications.broadcast.send', organizationId?.text ?? 'everybody', { notice: post.id, title })
      if (organizationId) {
        const data = { notificationId: post.id, channelKind: post.channel.kind, channelId: post.channel.id }
        outbox.add(notificationCreated.create({ organizationId: organizationId.local }, data))
      }
      return ok({ post, sentAt })
    }

  return {
    /** Tells everybody, or the members of an organization. */
    send: async (operator: Operator, input: Announcement): Promise<Result<SentBroadcast, BroadcastRefusal>> => {
      const parsed = parseAnnouncement(input)
      if (!parsed.ok) return parsed
      const { title, body, organizationId } = parsed.value
      if (organizationId) {
        const members = await audience('ORGANIZATION_READ', organizationScope(organizationId.local))
        if (members.length === 0) return err('ORGANIZATION_NOT_FOUND')
      }
      const template = await units.platform.read(PLATFORM_SCOPE, ({ templates }) => templates.current('announcement'))
      const work = sending(operator, parsed.value, template)
      const sent = organizationId
        ? await units.organization.write(operatorGrant(operator, organizationId.local), work)
        : await units.platform.write(operator, work)
      if (!sent.ok) return sent
      await hints.publish(sent.value.post)
      return ok({
        ...{ channel: organizationId ? 'ORGANIZATION' : 'BROADCAST', organizationId: organizationId ?? null },
        ...{ title, body, sentAt: sent.value.sentAt },
      })
    },
  }
}
