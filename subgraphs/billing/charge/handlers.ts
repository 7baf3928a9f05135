import { systemGrant } from '../../../platform/access/authorize.ts'
import { projectScope } from '../../../platform/access/scope.ts'
import { allocationReleased } from '../../../platform/events/catalogue.ts'
import type { EventHandler } from '../../../platform/events/envelope.ts'
import type { PostingService } from './posting.ts'

/** Nothing can be charged without a price: the event is tried again, and at last lies with the dead letters. */
export class PriceMissing extends Error {
  override readonly name = 'PriceMissing'
}

export const chargeHandlers = (posting: PostingService): Readonly<Record<string, EventHandler>> => ({
  [allocationReleased.type]: async (event) => {
    const { allocationId, skuCode, placedAt, releasedAt } = allocationReleased.read(event)
    const { organizationId, projectId } = event.owner
    if (projectId === undefined) throw new Error('A released allocation without a project') // the catalogue demands it
    const posted = await posting.post(
      systemGrant(projectScope(organizationId, projectId), 'billing.charge'),
      event.id,
      {
        allocationId,
        skuCode,
        placedAt: new Date(placedAt),
        releasedAt: new Date(releasedAt),
      },
    )
    if (!posted.ok) throw new PriceMissing(`${skuCode} had no price at ${placedAt}`)
  },
})
