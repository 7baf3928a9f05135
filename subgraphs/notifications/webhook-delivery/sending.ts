import type { OrganizationGrant, SystemCapability } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { EgressOutcome } from '../../../platform/egress/egress.ts'
import { webhookEndpointDisabled } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { ok } from '../../../platform/result/result.ts'
import type { WebhookMeans } from '../../../platform/subgraph/module.ts'
import { tracedHandling } from '../../../platform/tracing/spans.ts'
import { endpointId, secretBinding } from '../webhook/model.ts'
import type { SealedSecret } from '../webhook/repository.ts'
import { messageId, signedHeaders } from '../webhook/signature.ts'
import type { WebhookUnits } from '../webhook/units.ts'
import type { NextDelivery, Settled } from './claim-repository.ts'
import { queueDelivery } from './jobs.ts'
import { judge, type DeliveryStatus, type Verdict } from './model.ts'
import { afterOthers, MAX_LIVE_CLAIMS, turnOf, type Held } from './turn.ts'

export interface SendingDependencies {
  readonly units: WebhookUnits
  /** Undefined in a process that was given no key: it cannot sign, hence not send. */
  readonly webhooks: WebhookMeans | undefined
  readonly clock: Clock
  readonly ids: IdGenerator
  /** From 0 to 1; `Math.random` unless given. */
  readonly random?: () => number
}

type Sender = OrganizationGrant<SystemCapability>

/** Something to send, and the proof that nobody else is sending it. */
interface Claimed {
  readonly claimId: Uuid
  readonly url: string
  readonly delivery: NextDelivery
  readonly secrets: readonly SealedSecret[]
}

/** Beyond the time that a request takes at most: for what comes before it and after it. */
const CLAIM_MARGIN_MS = 15_000

const statusOf = ({ kind }: Verdict): DeliveryStatus => {
  if (kind === 'DELIVERED') return kind
  return kind === 'GIVEN_UP' ? 'FAILED' : 'PENDING'
}

/** What the endpoint is after a try: where it stands, and when the next one is due, if somebody is still to be told. */
const settledBy = (verdict: Verdict, held: Held, { sequence }: NextDelivery, now: Date): Settled => {
  const failingSince = verdict.kind === 'DELIVERED' ? null : (held.failingSince ?? now)
  const isDone = verdict.kind === 'DELIVERED' || verdict.kind === 'GIVEN_UP'
  const hasMore = isDone ? sequence < held.lastSequence : true
  const due = 'at' in verdict ? verdict.at : now
  const nextAttemptAt = held.isEnabled && hasMore && verdict.kind !== 'DISABLE' ? due : null
  return isDone
    ? { position: sequence, attempts: 0, failingSince, nextAttemptAt }
    : { attempts: held.attempts + 1, failingSince, nextAttemptAt }
}

export const sendingService = (dependencies: SendingDependencies) => {
  const { units, webhooks, clock, ids, random = Math.random } = dependencies

  /** In a transaction of its own, before anything is sent: whoever dies after it leaves a claim that ends by itself. */
  const claim = async (grant: Sender, endpoint: Uuid, { timeoutMs }: WebhookMeans): Promise<Claimed | undefined> => {
    const { organizationId } = grant.scope
    const claimed = await units.organization.write(grant, async ({ claims, endpoints, jobs }) => {
      const now = clock.now()
      const held = await claims.lock(endpoint)
      if (held === undefined) return ok(undefined)
      const ownTurn = turnOf(held, now)
      const isBusy = ownTurn.kind === 'NOW' && (await claims.countLiveForTake(now)) >= MAX_LIVE_CLAIMS
      const turn = isBusy ? afterOthers(now) : ownTurn
      if (turn.kind === 'LATER') queueDelivery(jobs, organizationId, endpoint, turn.at)
      if (turn.kind !== 'NOW') return ok(undefined)
      const delivery = await claims.next(endpoint, held.position)
      if (delivery === undefined) {
        const settled = { attempts: 0, failingSince: held.failingSince, nextAttemptAt: null }
        await claims.settle(endpoint, { position: held.lastSequence, ...settled })
        return ok(undefined)
      }
      const claimId = ids.next()
      await claims.take(endpoint, claimId, new Date(now.getTime() + timeoutMs + CLAIM_MARGIN_MS))
      return ok({ claimId, url: held.url, delivery, secrets: await endpoints.secretsAt(endpoint, now) })
    })
    return claimed.ok ? claimed.value : undefined
  }

  const post = (
    { scope: { organizationId } }: Sender,
    endpoint: Uuid,
    { url, delivery, secrets }: Claimed,
    { envelope, egress }: WebhookMeans,
  ): Promise<EgressOutcome> => {
    const id = endpointId(organizationId, endpoint)
    const opened = secrets.map((secret) => envelope.open(secret.sealed, secretBinding(id, secret.id)))
    const message = { id: messageId(delivery.eventId), at: clock.now(), body: delivery.payload }
    const headers = signedHeaders(message, opened)
    for (const secret of opened) secret.fill(0)
    return tracedHandling(delivery.traceparent ?? undefined, 'webhook delivery', () =>
      egress.post({ url, headers, body: delivery.payload }),
    )
  }

  /** A claim that is not ours any more was given up for dead, or its endpoint sent elsewhere: what we know is dropped. */
  const settle = async (
    grant: Sender,
    endpoint: Uuid,
    { claimId, delivery }: Claimed,
    outcome: EgressOutcome,
    { patienceMs }: WebhookMeans,
  ): Promise<void> => {
    const { organizationId } = grant.scope
    await units.organization.write(grant, async ({ claims, endpoints, deliveries, audit, outbox, jobs }) => {
      const now = clock.now()
      const held = await claims.lock(endpoint)
      if (held?.claimId !== claimId) return ok(undefined)
      const { attempts, failingSince } = held
      const verdict = judge({ outcome, now, attempts, failingSince, patienceMs, random: random() })
      const settled = settledBy(verdict, held, delivery, now)
      await deliveries.recordTry(delivery.id, now, outcome, statusOf(verdict))
      await claims.settle(endpoint, settled)
      if (settled.nextAttemptAt !== null) queueDelivery(jobs, organizationId, endpoint, settled.nextAttemptAt)
      if (verdict.kind === 'DISABLE' && held.isEnabled) {
        const { reason } = verdict
        await endpoints.disable(endpoint, reason, now)
        audit.succeeded('notifications.webhook_endpoint.disable', endpointId(organizationId, endpoint).text, { reason })
        outbox.add(webhookEndpointDisabled.create({ organizationId }, { webhookEndpointId: endpoint, reason }))
      }
      return ok(undefined)
    })
  }

  return {
    /** Sends an endpoint what is next for it, if it is its turn, and queues what comes after that. */
    sendNext: async (grant: Sender, endpoint: Uuid): Promise<void> => {
      if (webhooks === undefined) throw new Error('This process sends no webhooks: it was given no WEBHOOK_SECRETS_KEY')
      const claimed = await claim(grant, endpoint, webhooks)
      if (claimed === undefined) return
      await settle(grant, endpoint, claimed, await post(grant, endpoint, claimed, webhooks), webhooks)
    },
  }
}

export type SendingService = ReturnType<typeof sendingService>
