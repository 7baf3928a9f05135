import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok } from '../../../platform/result/result.ts'
import { createTestCloud, granted, jobGrant, someUuid, type TestCloud } from '../testkit/test-cloud.ts'
import { allocationJobs, jobPayload, PROVISION_JOB, RELEASE_JOB } from './jobs.ts'
import type { AllocationId } from './model.ts'
import { simulatedProvider, type Provider } from './provider.ts'

let cloud: TestCloud
let project: ProjectScope

beforeAll(async () => {
  cloud = await createTestCloud()
})

afterAll(() => cloud.drop())

beforeEach(async () => {
  await cloud.clear()
  await cloud.region('here')
  await cloud.sku('whole', { shape: 'BARE_METAL', gpuCount: 4 })
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  await cloud.node('n1')
  project = await cloud.project()
})

const create = (name: string, skuCode = 'slice', compute = cloud.compute) =>
  compute.creation.create(granted(project, 'COMPUTE_ALLOCATION_CREATE'), { name, skuCode, regionCode: undefined })

const created = async (name: string, skuCode?: string): Promise<AllocationId> => {
  const placed = await create(name, skuCode)
  if (!placed.ok) throw new Error(`Nothing was placed: ${placed.error}`)
  return placed.value.id
}

const release = (id: AllocationId, scope = project) =>
  cloud.compute.allocations.release(granted(scope, 'COMPUTE_ALLOCATION_RELEASE'), id)

const provision = (id: AllocationId, compute = cloud.compute) => compute.provisioning.provision(jobGrant(project), id)
const finishRelease = (id: AllocationId, compute = cloud.compute) => compute.provisioning.release(jobGrant(project), id)

const find = async (id: AllocationId) =>
  (await cloud.compute.allocations.findAll({ kind: 'project-set', projects: [project] }, [id]))[0]
const state = async (id: AllocationId) => (await find(id))?.state

const eventsOf = (type: string) =>
  cloud.rows<{ data: Record<string, string>; org_id: string; project_id: string }>(
    `select data, org_id, project_id from compute.outbox where type = $1 and project_id = $2`,
    [`gpuaas.provisioning.${type}`, project.projectId],
  )
const actions = async () =>
  (
    await cloud.rows<{ action: string }>('select action from compute.audit_log where project_id = $1 order by id', [
      project.projectId,
    ])
  ).map(({ action }) => action.replace('compute.allocation.', ''))
const queued = () => cloud.rows<{ key: string }>('select key from graphile_worker.jobs order by id')
const free = async () => (await cloud.rows(`select id from compute.slots where state = 'FREE'`)).length
const nodeState = async () => (await cloud.rows<{ state: string }>('select state from compute.nodes'))[0]?.state

describe('createAllocation', () => {
  test('places at once, and leaves an audit row, an event and a job with the change', async () => {
    const placed = await create('train')
    expect(placed).toMatchObject({ ok: true, value: { state: 'PLACED', name: 'train', placedAt: cloud.clock.now() } })
    const id = placed.ok ? placed.value.id : undefined
    expect(await actions()).toEqual(['create'])
    expect(await eventsOf('allocation_requested')).toEqual([
      {
        org_id: project.organizationId,
        project_id: project.projectId,
        data: { allocationId: id?.local, skuCode: 'slice' },
      },
    ])
    expect((await queued()).map(({ key }) => key)).toContain(`${PROVISION_JOB}:${id?.local ?? ''}`)
  })

  test.each([
    ['NAME_INVALID', 'Not A Name', 'slice'],
    ['UNKNOWN_SKU', 'train', 'nothing'],
    ['UNSUPPORTED_SHAPE', 'train', 'a100-mig-1g'],
  ])('refuses with %s, and nothing is left behind', async (error, name, skuCode) => {
    expect(await create(name, skuCode)).toEqual(err(error))
    expect(await actions()).toEqual([])
    expect(await free()).toBe(4)
  })

  test('refuses a region that is not there', async () => {
    const input = { name: 'train', skuCode: 'slice', regionCode: 'nowhere' }
    const grant = granted(project, 'COMPUTE_ALLOCATION_CREATE')
    expect(await cloud.compute.creation.create(grant, input)).toEqual(err('UNKNOWN_REGION'))
  })

  test('refuses a name while it lives, in this project alone, and not after', async () => {
    const id = await created('train')
    expect(await create('train')).toEqual(err('NAME_TAKEN'))
    const other = await cloud.project()
    const grant = granted(other, 'COMPUTE_ALLOCATION_CREATE')
    expect(
      await cloud.compute.creation.create(grant, { name: 'train', skuCode: 'slice', regionCode: undefined }),
    ).toMatchObject({ ok: true })
    await release(id)
    await finishRelease(id)
    expect(await create('train')).toMatchObject({ ok: true })
  })

  test('of two at once with one name, one is made', async () => {
    const outcomes = await Promise.all([create('train'), create('train'), create('train')])
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.error === 'NAME_TAKEN')).toHaveLength(2)
    expect(await free()).toBe(3)
  })
})

describe('provisioning', () => {
  test('makes what is placed usable, and says so once, however often and however many at once it runs', async () => {
    const id = await created('train')
    cloud.clock.advance(5)
    await Promise.all([provision(id), provision(id), provision(id)])
    await provision(id)
    expect(await find(id)).toMatchObject({ state: 'ACTIVE', activeAt: cloud.clock.now() })
    expect(await actions()).toEqual(['create', 'provision', 'activate'])
    expect(await eventsOf('allocation_activated')).toMatchObject([
      { data: { allocationId: id.local, skuCode: 'slice', activatedAt: cloud.clock.now().toISOString() } },
    ])
  })

  test('says so once even when two runs prepare at the same time', async () => {
    const id = await created('train')
    const both = Promise.withResolvers<undefined>()
    let preparing = 0
    const together = cloud.computeWith(
      simulatedProvider({
        prepare: async () => {
          preparing += 1
          if (preparing === 2) both.resolve(undefined)
          await both.promise
          return ok(undefined)
        },
      }),
    )
    await Promise.all([provision(id, together), provision(id, together)])
    expect(await eventsOf('allocation_activated')).toHaveLength(1)
    expect(await actions()).toEqual(['create', 'provision', 'activate'])
  })

  test('goes on where a killed run stopped', async () => {
    const id = await created('train')
    const killed: Provider = { ...simulatedProvider(), prepare: () => Promise.reject(new Error('killed')) }
    await expect(provision(id, cloud.computeWith(killed))).rejects.toThrow('killed')
    expect(await state(id)).toBe('PROVISIONING')
    await provision(id)
    expect(await state(id)).toBe('ACTIVE')
  })

  test('that fails frees what was claimed, tells why, and charges nothing', async () => {
    const id = await created('train', 'whole')
    await provision(
      id,
      cloud.computeWith(simulatedProvider({ prepare: () => Promise.resolve(err('PROVISIONING_REFUSED')) })),
    )
    expect(await find(id)).toMatchObject({ state: 'FAILED', failureReason: 'PROVISIONING_REFUSED' })
    expect(await eventsOf('allocation_failed')).toMatchObject([{ data: { reason: 'PROVISIONING_REFUSED' } }])
    expect(await eventsOf('allocation_released')).toEqual([])
    expect([await free(), await nodeState()]).toEqual([4, 'READY'])
    expect(await release(id)).toEqual(err('ALREADY_RELEASED'))
  })

  test('that meets a broken machine takes it out of service', async () => {
    const id = await created('train')
    await provision(id, cloud.computeWith(simulatedProvider({ prepare: () => Promise.resolve(err('HARDWARE_FAULT')) })))
    expect(await nodeState()).toBe('QUARANTINED')
    expect(await create('next')).toEqual(err('INSUFFICIENT_CAPACITY'))
  })

  test('that is overtaken by a release leaves the allocation to it, and nothing on the machine', async () => {
    const id = await created('train')
    const wiped: string[] = []
    const overtaken: Provider = {
      prepare: async () => {
        await release(id)
        await finishRelease(id)
        return ok(undefined)
      },
      wipe: ({ allocationId }) => Promise.resolve(void wiped.push(allocationId)),
    }
    await provision(id, cloud.computeWith(overtaken))
    expect(await state(id)).toBe('RELEASED')
    expect(wiped).toEqual([id.local])
    expect(await eventsOf('allocation_activated')).toEqual([])
  })

  test('of what was given back before does nothing', async () => {
    const id = await created('train')
    await release(id)
    await provision(id)
    expect(await state(id)).toBe('RELEASING')
  })
})

describe('releaseAllocation', () => {
  test('stops the cost at once and frees the machine after its cleaning, and says so exactly once', async () => {
    const id = await created('train', 'whole')
    const placedAt = cloud.clock.now()
    await provision(id)
    cloud.clock.advance(3600)
    const releasedAt = cloud.clock.now()
    expect(await release(id)).toMatchObject({ ok: true, value: { state: 'RELEASING', releasingAt: releasedAt } })
    expect(await free()).toBe(0)

    cloud.clock.advance(60)
    await Promise.all([finishRelease(id), finishRelease(id), finishRelease(id)])
    await finishRelease(id)
    expect(await find(id)).toMatchObject({ state: 'RELEASED', releasingAt: releasedAt, releasedAt: cloud.clock.now() })
    expect([await free(), await nodeState()]).toEqual([4, 'READY'])
    const [sku] = await cloud.rows<{ id: string }>(`select id from compute.skus where code = 'whole'`)
    expect(await eventsOf('allocation_released')).toEqual([
      {
        org_id: project.organizationId,
        project_id: project.projectId,
        data: {
          allocationId: id.local,
          skuId: sku?.id,
          skuCode: 'whole',
          placedAt: placedAt.toISOString(),
          releasedAt: releasedAt.toISOString(),
        },
      },
    ])
    expect(await actions()).toEqual(['create', 'provision', 'activate', 'release', 'clean', 'finish-release'])
  })

  test('keeps the machine from everybody while it is cleaned, killed runs included (R32)', async () => {
    const id = await created('train', 'whole')
    await release(id)
    const killed: Provider = { ...simulatedProvider(), wipe: () => Promise.reject(new Error('killed')) }
    await expect(finishRelease(id, cloud.computeWith(killed))).rejects.toThrow('killed')
    expect([await state(id), await nodeState(), await free()]).toEqual(['CLEANING', 'CLEANING', 0])
    expect(await create('next')).toEqual(err('INSUFFICIENT_CAPACITY'))
    await finishRelease(id)
    expect(await create('next')).toMatchObject({ ok: true })
  })

  test('says so once even when two runs clean at the same time', async () => {
    const id = await created('train', 'whole')
    await release(id)
    const both = Promise.withResolvers<undefined>()
    let cleaning = 0
    const together = cloud.computeWith(
      simulatedProvider({
        wipe: () => {
          cleaning += 1
          if (cleaning === 2) both.resolve(undefined)
          return both.promise
        },
      }),
    )
    await Promise.all([finishRelease(id, together), finishRelease(id, together)])
    expect(await eventsOf('allocation_released')).toHaveLength(1)
    expect(await actions()).toEqual(['create', 'release', 'clean', 'finish-release'])
  })

  test('of what is only placed is as good', async () => {
    const id = await created('train')
    expect(await release(id)).toMatchObject({ ok: true })
    await finishRelease(id)
    expect(await state(id)).toBe('RELEASED')
  })

  test('a second time is refused, at once or later', async () => {
    const id = await created('train')
    const outcomes = await Promise.all([release(id), release(id), release(id)])
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1)
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([err('ALREADY_RELEASED'), err('ALREADY_RELEASED')])
    await finishRelease(id)
    expect(await release(id)).toEqual(err('ALREADY_RELEASED'))
  })

  test('of another project’s allocation finds nothing, and neither does a job that names another owner (R77)', async () => {
    const id = await created('train')
    const other = await cloud.project()
    expect(await release(ownedId('alc', other.projectId, id.local), other)).toEqual(err('NOT_FOUND'))
    expect(await release(ownedId('alc', project.projectId, someUuid()))).toEqual(err('NOT_FOUND'))
    await allocationJobs(cloud.compute.provisioning)[PROVISION_JOB]?.(jobPayload(other, id))
    expect(await state(id)).toBe('PLACED')
  })
})

test('the jobs of a payload run the whole life', async () => {
  const id = await created('train')
  const jobs = allocationJobs(cloud.compute.provisioning)
  await jobs[PROVISION_JOB]?.(jobPayload(project, id))
  expect(await state(id)).toBe('ACTIVE')
  await release(id)
  expect((await queued()).map(({ key }) => key)).toContain(`${RELEASE_JOB}:${id.local}`)
  await jobs[RELEASE_JOB]?.(jobPayload(project, id))
  expect(await state(id)).toBe('RELEASED')
})

test('a job without its ids is a fault', async () => {
  const run = allocationJobs(cloud.compute.provisioning)[RELEASE_JOB]
  await expect(run?.({ allocationId: someUuid() })).rejects.toThrow('compute.release needs three ids')
})
