import type { Actor } from '../access/authorize.ts'
import { selfId } from '../ids/id.ts'
import { unreachable } from '../result/result.ts'

/** Who did it, as audit rows say, and whose idempotency keys are. */
export const actorOf = (actor: Actor): { readonly kind: string; readonly id: string } => {
  if (actor.kind === 'system') return { kind: 'system', id: actor.job }
  const { principal, userId } = actor
  switch (principal.kind) {
    case 'user':
      return { kind: 'user', id: userId === undefined ? principal.subject : selfId('usr', userId).text }
    case 'service-account':
      return { kind: 'service-account', id: principal.serviceAccountId }
    case 'anonymous':
      return { kind: 'anonymous', id: 'anonymous' }
    default:
      return unreachable(principal)
  }
}
