import type { ProjectGrant, SystemCapability } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { allocationActivated, allocationFailed, allocationReleased } from '../../../platform/events/catalogue.ts'
import type { EventOwner } from '../../../platform/events/envelope.ts'
import { ok, type Result } from '../../../platform/result/result.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import type { ComputeUnits, ProjectRepositories } from '../units.ts'
import { activate, fail, finishRelease, startCleaning, startProvisioning } from './model.ts'
import type { Allocation, AllocationId, Cleaning, FailureReason, Provisioning } from './model.ts'
import type { Provider, ProviderOrder } from './provider.ts'

export interface ProvisioningDependencies {
  readonly units: ComputeUnits
  readonly clock: Clock
  readonly provider: Provider
}

export type ProvisioningService = ReturnType<typeof provisioningService>

type JobGrant = ProjectGrant<SystemCapability>
type Unit = ProjectRepositories & WriteTools

/**
 * What jobs do with an allocation, in steps: each locks the row, acts on the state that it finds there and commits, and
 * the machines are asked in between. So a job may run twice, beside itself or beside its opposite, and be killed
 * anywhere: whoever comes second finds the step done. Every step leaves its audit row.
 */
export const provisioningService = ({ units, clock, provider }: ProvisioningDependencies) => {
  const step = async <T>(
    grant: JobGrant,
    id: AllocationId,
    act: (held: Allocation | undefined, unit: Unit) => Promise<T>,
  ) => {
    const done: Result<T, never> = await units.project.write(grant, async (unit) =>
      ok(await act(await unit.allocations.lock(id.local), unit)),
    )
    return done.ok ? done.value : undefined
  }

  const begin = (grant: JobGrant, id: AllocationId): Promise<Provisioning | undefined> =>
    step(grant, id, async (held, { allocations, audit }) => {
      if (held?.state === 'PROVISIONING') return held
      if (held?.state !== 'PLACED') return undefined
      const provisioning = startProvisioning(held)
      await allocations.save(provisioning)
      audit.succeeded('compute.allocation.provision', id.text)
      return provisioning
    })

  /** What came of it: nothing new when a release began in between, or another run was faster. */
  const conclude = (
    grant: JobGrant,
    id: AllocationId,
    outcome: Result<void, FailureReason>,
  ): Promise<Allocation | undefined> =>
    step(grant, id, async (held, unit) => {
      if (held?.state !== 'PROVISIONING') return held
      if (!outcome.ok) return concludeFailure(held, outcome.error, grant, unit)
      const active = activate(held, clock.now())
      await unit.allocations.save(active)
      unit.audit.succeeded('compute.allocation.activate', id.text)
      const data = { allocationId: id.local, skuCode: held.sku.code, activatedAt: active.activeAt.toISOString() }
      unit.outbox.add(allocationActivated.create(ownerOf(grant), data))
      return active
    })

  const concludeFailure = async (held: Provisioning, reason: FailureReason, grant: JobGrant, unit: Unit) => {
    const failed = fail(held, reason)
    await unit.allocations.save(failed)
    await freeCapacity(held, unit)
    if (reason === 'HARDWARE_FAULT') await unit.machines.quarantineNode(held.nodeId)
    unit.audit.succeeded('compute.allocation.fail', held.id.text, { reason })
    const data = { allocationId: held.id.local, skuCode: held.sku.code, reason }
    unit.outbox.add(allocationFailed.create(ownerOf(grant), data))
    return failed
  }

  const clean = (grant: JobGrant, id: AllocationId): Promise<Cleaning | undefined> =>
    step(grant, id, async (held, { allocations, machines, audit }) => {
      if (held?.state === 'CLEANING') return held
      if (held?.state !== 'RELEASING') return undefined
      const cleaning = startCleaning(held)
      await allocations.save(cleaning)
      if (held.sku.shape === 'BARE_METAL') await machines.cleanNode(held.nodeId)
      audit.succeeded('compute.allocation.clean', id.text)
      return cleaning
    })

  const freeCapacity = async ({ id, nodeId, sku }: Provisioning | Cleaning, { machines }: Unit): Promise<void> => {
    await machines.release(id.local, clock.now())
    if (sku.shape === 'BARE_METAL') await machines.returnNode(nodeId)
  }

  const finish = (grant: JobGrant, id: AllocationId): Promise<void> =>
    step(grant, id, async (held, unit) => {
      if (held?.state !== 'CLEANING') return
      const released = finishRelease(held, clock.now())
      await unit.allocations.save(released)
      await freeCapacity(held, unit)
      unit.audit.succeeded('compute.allocation.finish-release', id.text)
      unit.outbox.add(
        allocationReleased.create(ownerOf(grant), {
          allocationId: id.local,
          skuId: held.sku.id,
          skuCode: held.sku.code,
          placedAt: held.placedAt.toISOString(),
          releasedAt: held.releasingAt.toISOString(), // what is charged ends with the request, not with the cleaning
        }),
      )
    })

  return {
    /** PLACED to ACTIVE or FAILED. An allocation that was given back before or meanwhile is left to its release. */
    provision: async (grant: JobGrant, id: AllocationId): Promise<void> => {
      const provisioning = await begin(grant, id)
      if (provisioning === undefined) return
      const outcome = await provider.prepare(orderOf(provisioning))
      const concluded = await conclude(grant, id, outcome)
      // Given back while it was prepared: the release may have wiped before the machine was through.
      if (outcome.ok && concluded?.state !== 'ACTIVE') await provider.wipe(orderOf(provisioning))
    },

    /** RELEASING to RELEASED: its capacity is free from then on, and what it used is told to be charged, once. */
    release: async (grant: JobGrant, id: AllocationId): Promise<void> => {
      const cleaning = await clean(grant, id)
      if (cleaning === undefined) return
      await provider.wipe(orderOf(cleaning))
      await finish(grant, id)
    },
  }
}

const ownerOf = ({ scope }: JobGrant): EventOwner => ({
  organizationId: scope.organizationId,
  projectId: scope.projectId,
})

const orderOf = ({ id, nodeId, sku }: Provisioning | Cleaning): ProviderOrder => ({
  allocationId: id.local,
  nodeId,
  shape: sku.shape,
  gpuCount: sku.gpuCount,
})
