import type { ProjectGrant, SystemCapability } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { chargePosted } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Ok, type Result } from '../../../platform/result/result.ts'
import { transactionOf, type Posting } from '../ledger/model.ts'
import type { BillingUnits } from '../units.ts'
import { chargeOf, unchargedPeriod, type Charge, type Use } from './model.ts'

export interface PostingDependencies {
  readonly units: BillingUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

/** What became of a use that was reported. */
export type PostingOutcome =
  | { readonly kind: 'POSTED'; readonly charge: Charge }
  /** The event was handled before, or the use was charged by another one. */
  | { readonly kind: 'ALREADY_POSTED' }

export type PostingService = ReturnType<typeof postingService>

const CONSUMER = 'billing.charge'

const ALREADY_POSTED: Ok<PostingOutcome> = ok({ kind: 'ALREADY_POSTED' })

/** One allocation is given back once: whatever reports it, however often, it is charged once. */
const sourceOf = (use: Use): string => `allocation_released:${use.allocationId}`

export const postingService = ({ units, clock, ids }: PostingDependencies) => ({
  /**
   * Charges what an allocation used and was not charged for yet, at the rate of the moment at which it was placed:
   * ledger, charge, audit row and event in one transaction. A missing price refuses and leaves nothing behind, so that
   * the next delivery tries again: nothing is ever free by mistake.
   */
  post: (
    grant: ProjectGrant<SystemCapability>,
    eventId: Uuid,
    use: Use,
  ): Promise<Result<PostingOutcome, 'PRICE_MISSING'>> =>
    units.project.write(grant, async (unit): Promise<Result<PostingOutcome, 'PRICE_MISSING'>> => {
      const { accounts, ledger, charges, prices, once, audit, outbox } = unit
      if (!(await once(CONSUMER, eventId))) return ALREADY_POSTED
      const [price] = await prices.effectiveAt([use.skuCode], use.placedAt)
      if (!price) return err('PRICE_MISSING')

      const { organizationId, projectId } = grant.scope
      const transactionLocal = ids.next()
      // The source is claimed before the charges are read: who waits here sees what the other one posted.
      const period = (await ledger.claim(sourceOf(use), transactionLocal))
        ? unchargedPeriod(use, await charges.chargedUntil(use.allocationId))
        : undefined
      if (period === undefined) return ALREADY_POSTED

      const charge = chargeOf(use, period, price.perHour, projectId, ids.next())
      const posting: Posting = {
        kind: 'CHARGE',
        source: sourceOf(use),
        description: `Use of ${use.skuCode}`,
        occurredAt: charge.usedTo,
        amountMicros: charge.amount.amountMicros,
      }
      const transaction = transactionOf(posting, organizationId, transactionLocal)
      await ledger.insert(transaction, posting.source, await accounts.open(ids, clock.now()), ids)
      await charges.insert(charge, transaction.id)
      audit.succeeded('billing.charge.post', charge.id.text, { amountMicros: charge.amount.amountMicros.toString() })
      outbox.add(
        chargePosted.create(
          { organizationId, projectId },
          {
            transactionId: transaction.id.local,
            sourceId: use.allocationId,
            amountMicros: charge.amount.amountMicros.toString(),
            currency: charge.amount.currency,
          },
        ),
      )
      return ok({ kind: 'POSTED', charge })
    }),
})
