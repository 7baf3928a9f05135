import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import { allocationRequested } from '../../../platform/events/catalogue.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { asksForSharedGpu } from '../catalogue/model.ts'
import type { LostRace } from '../placement/model.ts'
import { lostRace } from '../placement/model.ts'
import { findSpot } from '../placement/placement.ts'
import type { ComputeUnits, ProjectRepositories } from '../units.ts'
import { jobKey, jobPayload, PROVISION_JOB } from './jobs.ts'
import { parseAllocationName, place, type AllocationName, type Placed, type Requested } from './model.ts'

export interface CreationDependencies {
  readonly units: ComputeUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface CreateAllocation {
  readonly name: string
  readonly skuCode: string
  /** Anywhere, unless given. */
  readonly regionCode: string | undefined
}

export type CreateRefusal =
  'NAME_INVALID' | 'NAME_TAKEN' | 'UNKNOWN_SKU' | 'UNKNOWN_REGION' | 'UNSUPPORTED_SHAPE' | 'INSUFFICIENT_CAPACITY'

type Unit = ProjectRepositories & WriteTools
type CreateGrant = ProjectGrant<'COMPUTE_ALLOCATION_CREATE'>

/** How often a lost race is run again. Each one lost is one that somebody else won, so that this many are rare. */
const ATTEMPTS = 8

export type CreationService = ReturnType<typeof creationService>

export const creationService = ({ units, clock, ids }: CreationDependencies) => {
  const attempt = async (
    grant: CreateGrant,
    name: AllocationName,
    input: CreateAllocation,
    heldSlots: readonly Uuid[],
    unit: Unit,
  ): Promise<Result<Placed, CreateRefusal | LostRace>> => {
    const { allocations, machines, catalogue, audit, outbox, jobs } = unit
    const sku = await catalogue.sku(input.skuCode)
    if (sku === undefined) return err(asksForSharedGpu(input.skuCode) ? 'UNSUPPORTED_SHAPE' : 'UNKNOWN_SKU')
    const region = input.regionCode === undefined ? undefined : await catalogue.region(input.regionCode)
    if (input.regionCode !== undefined && region === undefined) return err('UNKNOWN_REGION')

    const id = ownedId('alc', grant.scope.projectId, ids.next())
    const requested: Requested = { id, name, sku, state: 'REQUESTED', requestedAt: clock.now() }
    if (!(await allocations.insert(requested))) return err('NAME_TAKEN')

    const spot = await findSpot(machines, { sku, regionId: region?.id, avoidedSlots: heldSlots })
    if (!spot.ok) return spot
    const placed = place(requested, spot.value, clock.now())
    await allocations.save(placed)
    const claims = new Map(spot.value.slotIds.map((slotId) => [slotId, ids.next()]))
    if (!(await machines.claim(id.local, claims, placed.placedAt))) return err(lostRace(spot.value.slotIds))
    if (sku.shape === 'BARE_METAL') await machines.takeNode(placed.nodeId)

    audit.succeeded('compute.allocation.create', id.text, { sku: sku.code })
    const owner = { organizationId: grant.scope.organizationId, projectId: grant.scope.projectId }
    outbox.add(allocationRequested.create(owner, { allocationId: id.local, skuCode: sku.code }))
    jobs.add(PROVISION_JOB, jobPayload(grant.scope, id), jobKey(PROVISION_JOB, id))
    return ok(placed)
  }

  return {
    /** Claims what the SKU promises, all of it or nothing, in one transaction (R27), and has it provisioned by a job. */
    create: async (grant: CreateGrant, input: CreateAllocation): Promise<Result<Placed, CreateRefusal>> => {
      const name = parseAllocationName(input.name)
      if (!name.ok) return name
      const held: Uuid[] = []
      for (let attempts = 0; attempts < ATTEMPTS; attempts += 1) {
        const placed = await units.project.write<Placed, CreateRefusal | LostRace>(grant, (unit) =>
          attempt(grant, name.value, input, held, unit),
        )
        if (placed.ok) return placed
        if (typeof placed.error === 'string') return err(placed.error)
        held.push(...placed.error.heldSlots)
      }
      return err('INSUFFICIENT_CAPACITY')
    },
  }
}
