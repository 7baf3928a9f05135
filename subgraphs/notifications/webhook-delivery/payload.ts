import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { RedeliverWebhooksRefusal, SendTestWebhookRefusal } from '../webhook/model.ts'
import { NOT_FOUND } from '../webhook/payload.ts'
import type { WebhookDelivery } from './model.ts'
import type { Redelivery } from './service.ts'

const REDELIVER: Refusals<RedeliverWebhooksRefusal> = {
  NOT_FOUND,
  CURSOR_INVALID: { field: ['after'], message: 'The cursor is none of this webhook endpoint.' },
  CURSOR_TOO_OLD: { field: ['after'], message: 'What came after the cursor is not kept any more.' },
}
const SEND_TEST: Refusals<SendTestWebhookRefusal> = {
  NOT_FOUND,
  DISABLED: { field: ['webhookEndpointId'], message: 'The webhook endpoint is disabled.' },
  TOO_MANY: { field: ['webhookEndpointId'], message: 'Five tests wait for the webhook endpoint already.' },
}

export const redeliverWebhooksPayload = (again: Result<Redelivery, RedeliverWebhooksRefusal>) =>
  again.ok
    ? { webhookEndpoint: again.value.endpoint, redeliveredCount: again.value.count, userErrors: [] }
    : { webhookEndpoint: null, redeliveredCount: null, userErrors: refusedWith(again.error, REDELIVER) }

export const sendTestWebhookPayload = (sent: Result<WebhookDelivery, SendTestWebhookRefusal>) =>
  sent.ok
    ? { delivery: sent.value, userErrors: [] }
    : { delivery: null, userErrors: refusedWith(sent.error, SEND_TEST) }
