import type { Config } from '../platform/config/config.ts'
import { isEmbedded } from '../platform/config/roles.ts'
import { openSecrets } from '../platform/config/secrets.ts'
import { createEnvelope, type Envelope } from '../platform/crypto/envelope.ts'
import { createEgress } from '../platform/egress/egress.ts'
import type { WebhookMeans } from '../platform/subgraph/module.ts'

/** A key of their own: whoever delivers webhooks has no use for the secrets of environments. */
const openWebhookEnvelope = async (config: Config): Promise<Envelope | undefined> => {
  if (config.webhookSecretsKey !== undefined) {
    const [first, ...others] = config.webhookSecretsKey
    return createEnvelope([first.reveal(), ...others.map((key) => key.reveal())])
  }
  if (!isEmbedded(config.roles)) return undefined
  return createEnvelope([(await openSecrets(config.dataDirectory, ['webhookSecretsKey'])).webhookSecretsKey])
}

/** Undefined in a process that was not given their key: it neither registers nor delivers any. */
export const openWebhooks = async (config: Config): Promise<WebhookMeans | undefined> => {
  const envelope = await openWebhookEnvelope(config)
  return (
    envelope && {
      envelope,
      egress: createEgress({
        policy: { ports: config.webhookPorts, loopback: config.webhookLoopback },
        timeoutMs: config.webhookTimeoutMs,
      }),
      timeoutMs: config.webhookTimeoutMs,
      patienceMs: config.webhookPatienceSeconds * 1_000,
    }
  )
}
