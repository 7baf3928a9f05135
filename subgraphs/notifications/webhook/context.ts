import type { SubgraphPlatform } from '../../../platform/subgraph/module.ts'
import { recordingService, type RecordingService } from '../webhook-delivery/recording.ts'
import { sendingService, type SendingService } from '../webhook-delivery/sending.ts'
import { webhookDeliveryService, type WebhookDeliveryService } from '../webhook-delivery/service.ts'
import { secretService, type SecretService } from './secrets.ts'
import { webhookService, type WebhookService } from './service.ts'
import { webhookUnits } from './units.ts'

/** The use cases of webhooks. */
export interface Webhooks {
  readonly endpoints: WebhookService
  readonly secrets: SecretService
  readonly deliveries: WebhookDeliveryService
  readonly recording: RecordingService
  readonly sending: SendingService
}

export const createWebhooks = ({
  database,
  webhooks,
  clock,
  ids,
}: Pick<SubgraphPlatform, 'database' | 'webhooks' | 'clock' | 'ids'>): Webhooks => {
  const units = webhookUnits(database)
  return {
    endpoints: webhookService({ units, webhooks, clock, ids }),
    secrets: secretService({ units, webhooks, clock, ids }),
    deliveries: webhookDeliveryService({ units, clock, ids }),
    recording: recordingService({ units, clock, ids }),
    sending: sendingService({ units, webhooks, clock, ids }),
  }
}
