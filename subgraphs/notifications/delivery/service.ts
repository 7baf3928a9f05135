import type { OrganizationGrant, SelfGrant } from '../../../platform/access/authorize.ts'
import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import { notificationCreated } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { Channel, Post } from '../channel/model.ts'
import { channelOf, type ChannelRepository } from '../channel/repository.ts'
import { currentTraceparent } from '../../../platform/tracing/traceparent.ts'
import type { Hints } from '../live/hints.ts'
import { notificationId } from '../notification/model.ts'
import type { NotificationUnits } from '../units.ts'
import type { Rendered, Template, TemplateKey } from '../template/texts.ts'

export interface DeliveryDependencies {
  readonly units: NotificationUnits
  readonly hints: Hints
  readonly clock: Clock
  readonly ids: IdGenerator
}

/** What a notification is made of: the event that causes it, whose it is, the project it is about, and the text. */
export interface Delivery {
  readonly eventId: Uuid
  readonly correlationId: string
  readonly about: { readonly organizationId: Uuid; readonly projectId: Uuid | null }
  readonly text: Rendered
  /** The text of the id of what it is about. */
  readonly subject: string | null
}

type Delivered = Result<Post, 'ALREADY_DELIVERED'>
type Write = (
  work: (unit: WriteTools & { readonly channel: ChannelRepository }) => Promise<Delivered>,
) => Promise<Delivered>

export type DeliveryService = ReturnType<typeof deliveryService>

/** As audit rows name it: a user's notification has an id of its own, what members are told together has theirs. */
const targetOf = ({ kind, id }: Channel, post: Uuid): string =>
  kind === 'USER' ? notificationId(id, post).text : selfId('org', id).text

export const deliveryService = ({ units, hints, clock, ids }: DeliveryDependencies) => {
  /** Once for each channel, whoever delivers it how often. Open streams are told after the commit. */
  const deliver = async (to: Channel, write: Write, delivery: Delivery): Promise<void> => {
    const { eventId, correlationId, about, text, subject } = delivery
    const { organizationId, projectId } = about
    const delivered = await write(async ({ channel, once, audit, outbox }) => {
      if (!(await once(`notifications:${to.id}`, eventId))) return err('ALREADY_DELIVERED')
      const post = await channel.append({
        id: ids.next(),
        text,
        subject,
        about,
        correlationId,
        traceparent: currentTraceparent() ?? null,
        createdAt: clock.now(),
      })
      audit.succeeded('notifications.notification.create', targetOf(to, post.id), { notice: post.id })
      outbox.add(
        notificationCreated.create(
          { organizationId, ...(projectId && { projectId }), ...(to.kind === 'USER' && { userId: to.id }) },
          { notificationId: post.id, channelKind: to.kind, channelId: to.id },
        ),
      )
      return ok(post)
    })
    if (delivered.ok) await hints.publish(delivered.value)
  }

  return {
    /** The version in use of a text. */
    template: (key: TemplateKey): Promise<Template> =>
      units.platform.read(PLATFORM_SCOPE, ({ templates }) => templates.current(key)),

    /** Tells one user of an event. */
    toUser: (user: SelfGrant, delivery: Delivery): Promise<void> =>
      deliver(channelOf(user.scope), (work) => units.user.write(user, work), delivery),

    /** Tells the members of an organization of an event, those who may read the project that it is about. */
    toMembers: (organization: OrganizationGrant, delivery: Delivery): Promise<void> =>
      deliver(channelOf(organization.scope), (work) => units.organization.write(organization, work), delivery),
  }
}
