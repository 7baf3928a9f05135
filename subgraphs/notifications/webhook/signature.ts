import { createHmac, randomBytes } from 'node:crypto'
import type { Uuid } from '../../../platform/ids/id.ts'

/** The bytes of a secret; as text it begins with `whsec_` (Standard Webhooks 1.0). */
const SECRET_BYTES = 32
const PREFIX = 'whsec_'

export const newWebhookSecret = (): Buffer => randomBytes(SECRET_BYTES)

/** How a partner is shown it, once. */
export const secretText = (secret: Uint8Array): string => `${PREFIX}${Buffer.from(secret).toString('base64')}`

/** Names an event for whoever gets it: the same at each try and each redelivery, so that twice is found out. */
export const messageId = (event: Uuid): string => `msg_${event.replaceAll('-', '')}`

export interface SignedMessage {
  readonly id: string
  /** Of this try. */
  readonly at: Date
  readonly body: string
}

/**
 * The headers of Standard Webhooks: a signature for each secret that is good now, the newest first, so that a partner
 * verifies with whichever of both it has while a secret is rotated.
 */
export const signedHeaders = (
  { id, at, body }: SignedMessage,
  secrets: readonly Uint8Array[],
): Readonly<Record<string, string>> => {
  const timestamp = Math.floor(at.getTime() / 1_000).toString()
  const sign = (secret: Uint8Array): string =>
    `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  return {
    'content-type': 'application/json',
    'user-agent': 'GPUaaS-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map(sign).join(' '),
  }
}
