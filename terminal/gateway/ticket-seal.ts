import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { decodePrincipal, encodePrincipal } from '../../platform/access/principal-claims.ts'
import { projectScope } from '../../platform/access/scope.ts'
import type { KeyRing } from '../../platform/crypto/key-ring.ts'
import { isUuid } from '../../platform/ids/id.ts'
import type { TerminalTicket } from '../sessions.ts'

/**
 * Tickets as nodes keep them: closed to them, and proof to any gateway of the same keys that one of them wrote it. So a
 * gateway that was restarted knows what it is that still runs on a node.
 */
export interface TicketSeal {
  readonly seal: (ticket: TerminalTicket) => string
  /** Undefined for what no gateway of these keys sealed. */
  readonly open: (sealed: string) => TerminalTicket | undefined
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

const uuid = z.string().refine(isUuid)
const sealedTicket = z.object({
  sessionId: uuid,
  organizationId: uuid,
  projectId: uuid,
  allocationId: uuid,
  nodeId: uuid,
  gatewayId: z.string(),
  principal: z.unknown(),
  generation: z.int(),
  columns: z.int(),
  rows: z.int(),
  isRecorded: z.boolean(),
  endsAt: z.coerce.date(),
  idleMs: z.int(),
})

/** Seals with a key derived from the first private key of the ring, and opens by any of them. */
export const ticketSeal = (ring: KeyRing): TicketSeal => {
  const keys = ring.map(({ d }) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'gpuaas terminal ticket', 32)),
  )
  return {
    seal: (ticket) => {
      const { scope, principal, ...rest } = ticket
      const { organizationId, projectId } = scope
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, keys[0] ?? '', iv)
      const text = JSON.stringify({ ...rest, organizationId, projectId, principal: encodePrincipal(principal) })
      return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64url')
      for (const key of keys) {
        const text = decrypted(key, bytes)
        if (text !== undefined) return ticketOf(text)
      }
      return undefined
    },
  }
}

const decrypted = (key: Buffer, bytes: Buffer): string | undefined => {
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)).toString() + decipher.final('utf8')
  } catch {
    return undefined
  }
}

const ticketOf = (text: string): TerminalTicket | undefined => {
  const parsed = sealedTicket.safeParse(JSON.parse(text)) // it is whole, so a gateway wrote it: as JSON
  if (!parsed.success) return undefined
  const { organizationId, projectId, principal, ...rest } = parsed.data
  const caller = decodePrincipal(principal)
  return caller && { ...rest, scope: projectScope(organizationId, projectId), principal: caller }
}
