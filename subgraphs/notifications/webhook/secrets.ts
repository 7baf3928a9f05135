import type { Envelope } from '../../../platform/crypto/envelope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { ShownOnce } from '../../../platform/idempotency/shown-once.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { parseOverlap, secretBinding, type RotateWebhookSecretRefusal, type WebhookEndpointId } from './model.ts'
import type { SealedSecret } from './repository.ts'
import type { WebhookDependencies, WebhookManager, WithSecret } from './dependencies.ts'
import { newWebhookSecret, secretText } from './signature.ts'

/** A new secret of an endpoint, to show and to keep. */
export const sealSecret = (
  envelope: Envelope,
  endpoint: WebhookEndpointId,
  id: Uuid,
): { readonly secret: Buffer; readonly kept: Omit<SealedSecret, 'expiresAt'> } => {
  const secret = newWebhookSecret()
  return { secret, kept: { id, sealed: envelope.seal(secret, secretBinding(endpoint, id)) } }
}

export type SecretService = ReturnType<typeof secretService>

export const secretService = ({ units, webhooks, clock, ids }: WebhookDependencies) => ({
  /**
   * Gives an endpoint a new secret. Both sign until the overlap ends; a secret that was replaced before ends at once, so
   * that there are two at most.
   */
  rotate: (
    grant: WebhookManager,
    id: WebhookEndpointId,
    overlapSeconds: number,
  ): Promise<Result<WithSecret, RotateWebhookSecretRefusal>> => {
    const overlap = parseOverlap(overlapSeconds)
    if (!overlap.ok) return Promise.resolve(overlap)
    if (webhooks === undefined) return Promise.resolve(err('NOT_CONFIGURED'))
    const { envelope } = webhooks
    return units.organization.write(
      grant,
      async ({ endpoints, claims, audit }): Promise<Result<WithSecret, RotateWebhookSecretRefusal>> => {
        const held = await claims.lock(id.local)
        const endpoint = held && (await endpoints.find(id.local))
        if (endpoint === undefined) return err('NOT_FOUND')
        const now = clock.now()
        await endpoints.retireSecrets(id.local, new Date(now.getTime() + overlap.value * 1_000))
        const { secret, kept } = sealSecret(envelope, id, ids.next())
        await endpoints.insertSecret(id.local, kept, now)
        audit.succeeded('notifications.webhook_secret.rotate', id.text, { overlapSeconds: overlap.value })
        return ok({ endpoint, secret: new ShownOnce(secretText(secret)) })
      },
    )
  },
})
