import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { ComputeUnits } from '../units.ts'
import type { Allocation, AllocationId, AllocationPage, Releasing } from './model.ts'
import { requestRelease } from './model.ts'
import { RELEASE_JOB, jobKey, jobPayload } from './jobs.ts'
import type { TerminalHints } from '../terminal-session/hints.ts'
import type { TerminalSession } from '../terminal-session/model.ts'
import { noteStep, placeOf } from '../terminal-session/steps.ts'

export type ReleaseRefusal = 'NOT_FOUND' | 'ALREADY_RELEASED' | 'NOT_PLACED'

export interface AllocationDependencies {
  readonly units: ComputeUnits
  readonly hints: TerminalHints
  readonly clock: Clock
}

export type AllocationService = ReturnType<typeof allocationService>

export const allocationService = ({ units, hints, clock }: AllocationDependencies) => ({
  /** Those that exist in the projects of the scope, in no order. */
  findAll: (scope: ProjectSetScope, ids: readonly AllocationId[]): Promise<Allocation[]> =>
    units.projectSet.read(scope, ({ allocations }) => allocations.findAll(ids)),

  /** The same page of each project of the scope, newest first. */
  pages: (scope: ProjectSetScope, _: readonly ProjectId[], page: AllocationPage): Promise<Allocation[]> =>
    units.projectSet.read(scope, ({ allocations }) => allocations.pages(page)),

  /** How many each project has in the states of the page, by the text of its id. */
  totals: (scope: ProjectSetScope, projects: readonly ProjectId[], page: AllocationPage) =>
    units.projectSet.read(scope, ({ allocations }) => allocations.totals(projects, page)),

  /** Gives back what the allocation holds: its cost ends now, terminals in it end, its machine is cleaned by a job. */
  release: async (
    grant: ProjectGrant<'COMPUTE_ALLOCATION_RELEASE'>,
    id: AllocationId,
  ): Promise<Result<Releasing, ReleaseRefusal>> => {
    let ended: readonly TerminalSession[] = []
    const released = await units.project.write<Releasing, ReleaseRefusal>(grant, async (unit) => {
      const { allocations, terminals, audit, jobs } = unit
      const allocation = await allocations.lock(id.local)
      if (allocation === undefined) return err('NOT_FOUND')
      const releasing = requestRelease(allocation, clock.now())
      if (!releasing.ok) return releasing
      await allocations.save(releasing.value)
      audit.succeeded('compute.allocation.release', id.text)
      jobs.add(RELEASE_JOB, jobPayload(grant.scope, id), jobKey(RELEASE_JOB, id))
      ended = await terminals.closeAll(id.local, 'RELEASED', clock.now())
      for (const session of ended) noteStep('close', session, unit)
      return ok(releasing.value)
    })
    if (released.ok)
      await Promise.all(ended.map((session) => hints.publish(placeOf(grant.scope, session), session.version)))
    return released
  },
})
