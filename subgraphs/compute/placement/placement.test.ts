import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createTestCloud, granted, type TestCloud } from '../testkit/test-cloud.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'

interface HeldRow {
  node: string
  name: string
  shape: string
  gpus: number
}

const HELD = `
  select n.name as node, a.name, k.shape, sum(s.gpu_count)::int as gpus
  from compute.claims c join compute.slots s on s.id = c.slot_id join compute.nodes n on n.id = s.node_id
  join compute.allocations a on (a.org_id, a.project_id, a.id) = (c.org_id, c.project_id, c.allocation_id)
  join compute.skus k on k.id = a.sku_id
  where c.released_at is null
  group by n.name, a.id, a.name, k.shape order by n.name, a.name`

/** Slots whose state does not say whether somebody holds them. */
const DRIFT = `
  select s.id from compute.slots s
  where (s.state = 'CLAIMED') <> exists (select from compute.claims c where c.slot_id = s.id and c.released_at is null)`

let cloud: TestCloud
let project: ProjectScope

beforeAll(async () => {
  cloud = await createTestCloud()
})

afterAll(() => cloud.drop())

beforeEach(async () => {
  await cloud.clear()
  await cloud.region('here')
  await cloud.region('there')
  await cloud.sku('whole', { shape: 'BARE_METAL', gpuCount: 4 })
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  project = await cloud.project()
})

const create = (name: string, skuCode: string, regionCode?: string) =>
  cloud.compute.creation.create(granted(project, 'COMPUTE_ALLOCATION_CREATE'), { name, skuCode, regionCode })

const held = () => cloud.rows<HeldRow>(HELD)
const nodeOf = async (name: string) => (await held()).find((row) => row.name === name)?.node

const refusal = (error: string) => ({ ok: false, error })

describe('one claim', () => {
  test('a whole machine is claimed with every slot, and is out of service for others (R27)', async () => {
    await cloud.node('n1')
    expect((await create('train', 'whole')).ok).toBe(true)
    expect(await held()).toEqual([{ node: 'n1', name: 'train', shape: 'BARE_METAL', gpus: 4 }])
    expect(await cloud.rows('select state from compute.nodes')).toEqual([{ state: 'CLAIMED' }])
    expect(await create('slice', 'slice')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    expect(await cloud.rows(DRIFT)).toEqual([])
  })

  test('a machine with one slice is nobody’s as a whole (R27)', async () => {
    await cloud.node('n1')
    expect((await create('slice', 'slice')).ok).toBe(true)
    expect(await create('train', 'whole')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
  })

  test('slices fill a machine that is carved already, so that the others stay whole', async () => {
    for (const name of ['n1', 'n2', 'n3']) await cloud.node(name)
    for (const name of ['s1', 's2', 's3', 's4']) expect((await create(name, 'slice')).ok).toBe(true)
    expect(new Set((await held()).map(({ node }) => node)).size).toBe(1)
    expect((await create('w1', 'whole')).ok && (await create('w2', 'whole')).ok).toBe(true)
  })

  test('a machine that is carved already is preferred to a smaller one that is whole', async () => {
    await cloud.node('large', { slots: 8 })
    expect((await create('first', 'slice')).ok).toBe(true)
    await cloud.node('a-small', { slots: 2 })
    expect((await create('second', 'slice')).ok).toBe(true)
    expect(await nodeOf('second')).toBe('large')
  })

  test('who needs a fabric gets that fabric; who needs none leaves it to others while there is a choice (R30)', async () => {
    await cloud.node('a-ib', { fabric: 'IB' })
    await cloud.node('b-plain')
    await cloud.sku('whole-ib', { shape: 'BARE_METAL', gpuCount: 4, fabric: 'IB' })
    await cloud.sku('whole-roce', { shape: 'BARE_METAL', gpuCount: 4, fabric: 'ROCE' })
    expect(await create('roce', 'whole-roce')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    expect((await create('plain', 'whole')).ok).toBe(true)
    expect(await nodeOf('plain')).toBe('b-plain')
    expect((await create('fast', 'whole-ib')).ok).toBe(true)
    expect(await nodeOf('fast')).toBe('a-ib')
  })

  test('the region is kept to, and any will do where none is asked for', async () => {
    await cloud.node('far', { region: 'there' })
    expect(await create('near', 'slice', 'here')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    expect((await create('anywhere', 'slice')).ok).toBe(true)
  })

  test.each(['ENROLLING', 'CLEANING', 'QUARANTINED', 'DECOMMISSIONED'])(
    'a machine that is %s serves nobody',
    async (state) => {
      await cloud.node('n1', { state })
      expect(await create('slice', 'slice')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
      expect(await create('train', 'whole')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    },
  )

  test('machines of another model or size do not serve', async () => {
    await cloud.node('other-model', { gpuModel: 'L40S' })
    await cloud.node('larger', { slots: 4, gpusPerSlot: 2 })
    expect(await create('slice', 'slice')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    expect(await create('train', 'whole')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
  })

  test('a slot that is held although it is marked free is passed over: the unique index has the last word (R27)', async () => {
    await cloud.node('n1', { slots: 2 })
    expect((await create('first', 'slice')).ok).toBe(true)
    await cloud.rows(`update compute.slots set state = 'FREE'`)
    expect((await create('second', 'slice')).ok).toBe(true)
    expect(await create('third', 'slice')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    await cloud.rows(`update compute.slots set state = 'FREE'`)
    await cloud.sku('both', { shape: 'BARE_METAL', gpuCount: 2 })
    expect(await create('fourth', 'both')).toEqual(refusal('INSUFFICIENT_CAPACITY'))
    expect(await held()).toHaveLength(2)
  })
})

describe('60 at once, mixed, on three machines of four slots (R27)', () => {
  const race = () =>
    Promise.all(Array.from({ length: 60 }, (_, n) => create(`race-${n.toString()}`, n % 3 === 0 ? 'whole' : 'slice')))

  test('nothing is claimed twice, no machine has both shapes, and the rest are told so', async () => {
    for (const name of ['n1', 'n2', 'n3']) await cloud.node(name)
    const outcomes = await race()
    const won = outcomes.filter(({ ok }) => ok).length
    const lost = outcomes.filter((outcome) => !outcome.ok && outcome.error === 'INSUFFICIENT_CAPACITY').length
    expect(won + lost).toBe(60)

    const claims = await held()
    expect(claims).toHaveLength(won)
    const shapes = Map.groupBy(claims, ({ node }) => node)
      .values()
      .map((of) => new Set(of.map(({ shape }) => shape)).size)
    expect([...shapes].every((different) => different === 1)).toBe(true)
    expect(claims.every(({ shape, gpus }) => gpus === (shape === 'BARE_METAL' ? 4 : 1))).toBe(true)
    // 40 slices were asked for: whatever the whole claims left, they took.
    expect(claims.reduce((sum, { gpus }) => sum + gpus, 0)).toBe(12)
    expect(await cloud.rows(DRIFT)).toEqual([])
    // Who lost left nothing behind.
    for (const table of ['allocations', 'audit_log', 'outbox']) {
      const left = `select count(*)::int as count from compute.${table} where project_id = $1`
      expect(await cloud.rows(left, [project.projectId])).toEqual([{ count: won }])
    }
  }, 60_000)

  test('slices alone take every slot: nobody is refused while there is room', async () => {
    for (const name of ['n1', 'n2', 'n3']) await cloud.node(name)
    const outcomes = await Promise.all(Array.from({ length: 24 }, (_, n) => create(`s-${n.toString()}`, 'slice')))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(12)
  }, 60_000)

  test('whole machines alone take every machine', async () => {
    for (const name of ['n1', 'n2', 'n3', 'n4']) await cloud.node(name)
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, n) => create(`w-${n.toString()}`, 'whole')))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(4)
  }, 60_000)
})
