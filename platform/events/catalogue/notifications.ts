import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { code, id } from './fields.ts'

export const notificationCreated = defineEvent({
  type: 'platform.notifications.notification_created',
  version: 1,
  owner: 'organization',
  description: 'A notification was written to a channel.',
  data: { notificationId: id, channelKind: z.enum(['USER', 'ORGANIZATION', 'BROADCAST']), channelId: id },
})

export const webhookEndpointDisabled = defineEvent({
  type: 'platform.notifications.webhook_endpoint_disabled',
  version: 1,
  owner: 'organization',
  description: 'A webhook endpoint was disabled by the platform: it is gone, or failed for too long.',
  data: { webhookEndpointId: id, reason: code },
})

export const NOTIFICATIONS_EVENTS = [notificationCreated, webhookEndpointDisabled] as const
