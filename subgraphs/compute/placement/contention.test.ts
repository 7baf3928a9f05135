import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { until } from '../../../test/testkit/until.ts'
import type { CatalogueRepository } from '../catalogue/repository.ts'
import { createTestCloud, granted, type TestCloud } from '../testkit/test-cloud.ts'
import { computeUnits, type ComputeUnits } from '../units.ts'
import { lostRace, type Demand, type Spot } from './model.ts'
import { findSpot } from './placement.ts'

// Two placements, the first of them held open in the middle of its transaction, so that every meeting is certain.

let cloud: TestCloud
let units: ComputeUnits
let project: ProjectScope
const held: Open[] = []

beforeAll(async () => {
  cloud = await createTestCloud()
  units = computeUnits(cloud.database)
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

// A test that failed must not leave its locks to the next one.
afterEach(() => Promise.all(held.splice(0).map((holder) => holder.rollBack())))

interface Open {
  readonly spot: Spot
  readonly commit: () => Promise<void>
  readonly rollBack: () => Promise<void>
}

const demandFor = async (code: string, catalogue: CatalogueRepository): Promise<Demand> => {
  const sku = await catalogue.sku(code)
  if (sku === undefined) throw new Error(`There is no SKU ${code}`)
  return { sku, regionId: undefined, avoidedSlots: [] }
}

const find = (code: string) =>
  units.project.write(granted(project, 'COMPUTE_ALLOCATION_CREATE'), async ({ machines, catalogue }) =>
    findSpot(machines, await demandFor(code, catalogue)),
  )

/** Finds a spot, marks it as a claim does, and keeps the transaction open. */
const open = async (code: string): Promise<Open> => {
  const found = Promise.withResolvers<Spot>()
  const decided = Promise.withResolvers<Result<void, 'ROLLED_BACK'>>()
  const done = units.project.write(granted(project, 'COMPUTE_ALLOCATION_CREATE'), async ({ machines, catalogue }) => {
    const demand = await demandFor(code, catalogue)
    const spot = await findSpot(machines, demand)
    if (!spot.ok) throw new Error('There is no spot to hold open')
    await machines.markClaimed(spot.value.slotIds)
    if (demand.sku.shape === 'BARE_METAL') await machines.takeNode(spot.value.nodeId)
    found.resolve(spot.value)
    return decided.promise
  })
  done.catch(found.reject)
  const end = async (outcome: Result<void, 'ROLLED_BACK'>) => {
    decided.resolve(outcome)
    await done
  }
  const commit = () => end(ok(undefined))
  const holder: Open = { spot: await found.promise, commit, rollBack: () => end(err('ROLLED_BACK')) }
  held.push(holder)
  return holder
}

const WAITING = `select pid from pg_stat_activity where usename = 'gpuaas_compute' and wait_event_type = 'Lock'
  and datname = current_database()`

/** What a placement comes to, or that it waits for another one. */
const outcomeOf = async <T>(placement: Promise<T>): Promise<T | 'WAITS'> => {
  const settled = placement.then(
    () => true,
    () => true,
  )
  const waits = async () => (await cloud.rows(WAITING)).length > 0
  const through = () => Promise.race([settled, Promise.resolve(false)])
  await until('the placement is through or waits for a lock', async () => (await through()) || (await waits()))
  return (await through()) ? placement : 'WAITS'
}

describe('while a machine is being claimed', () => {
  test.each([
    ['whole', 'whole'],
    ['whole', 'slice'],
    ['slice', 'whole'],
  ])('by a %s claim, a %s claim passes it over for another machine without waiting', async (first, second) => {
    await cloud.node('n2')
    const holder = await open(first)
    const placement = find(second)
    const outcome = await outcomeOf(placement)
    expect(outcome).toMatchObject({ ok: true })
    expect(outcome !== 'WAITS' && outcome.ok && outcome.value.nodeId).not.toBe(holder.spot.nodeId)
    await holder.commit()
  })

  test('by a slice, another slice takes the next slot of it without waiting', async () => {
    const holder = await open('slice')
    const outcome = await outcomeOf(find('slice'))
    expect(outcome).toMatchObject({ ok: true, value: { nodeId: holder.spot.nodeId } })
    expect(outcome !== 'WAITS' && outcome.ok && outcome.value.slotIds).not.toEqual(holder.spot.slotIds)
    await holder.commit()
  })
})

describe('where there is no other machine, a placement waits for the one that may yet be free', () => {
  test.each([
    ['whole', 'whole'],
    ['whole', 'slice'],
    ['slice', 'whole'],
  ])('a %s claim that comes to nothing leaves it to a %s claim', async (first, second) => {
    const holder = await open(first)
    const placement = find(second)
    expect(await outcomeOf(placement)).toBe('WAITS')
    await holder.rollBack()
    expect(await placement).toMatchObject({ ok: true, value: { nodeId: holder.spot.nodeId } })
  })

  test.each(['whole', 'slice'])('a whole claim that is made leaves nothing to a %s claim', async (second) => {
    const holder = await open('whole')
    const placement = find(second)
    expect(await outcomeOf(placement)).toBe('WAITS')
    await holder.commit()
    expect(await placement).toEqual(err('INSUFFICIENT_CAPACITY'))
  })

  test('a slice that is made is seen by the whole claim that waited, before it claims anything', async () => {
    const holder = await open('slice')
    const placement = find('whole')
    expect(await outcomeOf(placement)).toBe('WAITS')
    await holder.commit()
    expect(await placement).toEqual(err(lostRace()))
  })
})
