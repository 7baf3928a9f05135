import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'
import { messageId } from '../webhook/signature.ts'
import { redeliverWebhooksPayload, sendTestWebhookPayload } from './payload.ts'
import { deliveryConnection, deliveryPage, redeliveryCursor } from './position.ts'

const ENDPOINT = 'input.webhookEndpointId'

export const webhookDeliveryResolvers: Pick<
  NotificationsResolvers,
  'Mutation' | 'WebhookEndpoint' | 'WebhookDelivery'
> = {
  WebhookEndpoint: {
    deliveries: async ({ id }, args, { access, webhookLoaders }) => {
      const page = deliveryPage(args, id)
      const key = { grant: access.organization('WEBHOOK_READ', id), id }
      const count = () => webhookLoaders.deliveryTotal(page).load(key)
      return deliveryConnection(await webhookLoaders.deliveries(page).load(key), page, count)
    },
  },
  WebhookDelivery: {
    __resolveReference: async ({ id }, { access, webhooks }) =>
      (await webhooks.deliveries.find(access.organization('WEBHOOK_READ', id), parseIdOrThrow('whd', id, 'id'))) ??
      null,
    messageId: ({ eventId }) => messageId(eventId),
    cursor: (delivery) => redeliveryCursor(delivery),
  },
  Mutation: {
    redeliverWebhooks: async (_, { input }, { access, webhooks }) => {
      const grant = access.organization('WEBHOOK_MANAGE', input.webhookEndpointId, ENDPOINT)
      const id = parseIdOrThrow('whe', input.webhookEndpointId, ENDPOINT)
      return redeliverWebhooksPayload(await webhooks.deliveries.redeliver(grant, id, input.after))
    },
    sendTestWebhook: async (_, { input: { webhookEndpointId: id } }, { access, webhooks }) => {
      const grant = access.organization('WEBHOOK_MANAGE', id, ENDPOINT)
      return sendTestWebhookPayload(await webhooks.deliveries.sendTest(grant, parseIdOrThrow('whe', id, ENDPOINT)))
    },
  },
}
