import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { unreachable } from '../../../platform/result/result.ts'
import type { Region, Sku } from '../catalogue/model.ts'
import {
  activate,
  fail,
  FAILURE_REASONS,
  finishRelease,
  gpusHeld,
  parseAllocationName,
  place,
  requestRelease,
  startCleaning,
  startProvisioning,
  type Allocation,
  type AllocationName,
  type AllocationState,
  type Requested,
} from './model.ts'

const uuid = (digit: string) => `01900000-0000-7000-8000-00000000000${digit}` as Uuid // canonical by construction

const sku: Sku = {
  id: uuid('1'),
  code: 'h200-8-ib',
  name: '8 × H200',
  shape: 'BARE_METAL',
  gpuModel: 'H200',
  gpuCount: 8,
  fabric: 'IB',
}
const region: Region = { id: uuid('2'), code: 'eu-central', name: 'Frankfurt' }
const at = (second: number) => new Date(Date.UTC(2026, 2, 1) + second * 1000)

const requested: Requested = {
  id: ownedId('alc', uuid('3'), uuid('4')),
  name: 'train' as AllocationName, // two to 63 letters
  sku,
  state: 'REQUESTED',
  requestedAt: at(0),
}

/** Where the life may go from each state, written down a second time and independently of the transitions. */
const NEXT: Readonly<Record<AllocationState, readonly AllocationState[]>> = {
  REQUESTED: ['PLACED', 'FAILED'],
  PLACED: ['PROVISIONING', 'RELEASING', 'FAILED'],
  PROVISIONING: ['ACTIVE', 'RELEASING', 'FAILED'],
  ACTIVE: ['RELEASING'],
  RELEASING: ['CLEANING'],
  CLEANING: ['RELEASED'],
  RELEASED: [],
  FAILED: [],
}

const forward = (allocation: Allocation, now: Date): Allocation => {
  switch (allocation.state) {
    case 'REQUESTED':
      return place(allocation, { nodeId: uuid('5'), region }, now)
    case 'PLACED':
      return startProvisioning(allocation)
    case 'PROVISIONING':
      return activate(allocation, now)
    case 'RELEASING':
      return startCleaning(allocation)
    case 'CLEANING':
      return finishRelease(allocation, now)
    case 'ACTIVE':
    case 'RELEASED':
    case 'FAILED':
      return allocation
    default:
      return unreachable(allocation)
  }
}

const giveUp = (allocation: Allocation): Allocation =>
  allocation.state === 'REQUESTED' || allocation.state === 'PLACED' || allocation.state === 'PROVISIONING'
    ? fail(allocation, 'PROVISIONING_REFUSED')
    : allocation

const giveBack = (allocation: Allocation, now: Date): Allocation => {
  const releasing = requestRelease(allocation, now)
  return releasing.ok ? releasing.value : allocation
}

const step = fc.constantFrom('forward', 'giveUp', 'giveBack')
const history = fc.array(step, { maxLength: 30 }).map((steps) => {
  const lives: Allocation[] = [requested]
  let now = requested as Allocation
  for (const [index, taken] of steps.entries()) {
    const time = at(index + 1)
    now = taken === 'forward' ? forward(now, time) : taken === 'giveUp' ? giveUp(now) : giveBack(now, time)
    lives.push(now)
  }
  return lives
})

describe('the life of an allocation', () => {
  test('goes only where the states allow, whatever is tried', () => {
    fc.assert(
      fc.property(history, (lives) => {
        for (const [index, { state }] of lives.entries()) {
          const before = lives[index - 1]?.state
          if (before !== undefined && before !== state) expect(NEXT[before]).toContain(state)
        }
      }),
    )
  })

  test('keeps its instants in order and never changes one that is written', () => {
    const instants = (life: Allocation): readonly Date[] => {
      const entries = new Map<string, unknown>(Object.entries(life))
      const written = ['requestedAt', 'placedAt', 'activeAt', 'releasingAt', 'releasedAt'].map((key) =>
        entries.get(key),
      )
      return written.filter((instant) => instant instanceof Date)
    }
    fc.assert(
      fc.property(history, (lives) => {
        let written: readonly Date[] = []
        for (const life of lives) {
          const now = instants(life)
          expect(now.toSorted((a, b) => a.getTime() - b.getTime())).toEqual(now)
          expect(now.slice(0, written.length)).toEqual(written)
          written = now
        }
      }),
    )
  })

  test('holds GPUs from its placement to the end of its cleaning, and none when it is over', () => {
    fc.assert(
      fc.property(history, (lives) => {
        for (const life of lives) {
          const nothing = ['REQUESTED', 'RELEASED', 'FAILED'].includes(life.state)
          expect(gpusHeld(life)).toBe(nothing ? 0 : sku.gpuCount)
        }
      }),
    )
  })

  test('is given back at most once', () => {
    fc.assert(
      fc.property(history, (lives) => {
        const releases = lives.filter(({ state }, index) => state === 'RELEASING' && lives[index - 1]?.state !== state)
        expect(releases.length).toBeLessThanOrEqual(1)
      }),
    )
  })
})

test.each(['RELEASING', 'CLEANING', 'RELEASED'] as const)('giving back what is %s says so', (state) => {
  let life: Allocation = place(requested, { nodeId: uuid('5'), region }, at(1))
  life = giveBack(life, at(2))
  while (life.state !== state) life = forward(life, at(3))
  expect(requestRelease(life, at(9))).toEqual({ ok: false, error: 'ALREADY_RELEASED' })
})

test.each(FAILURE_REASONS)('what failed for %s holds nothing to give back', (reason) => {
  const failed = fail(place(requested, { nodeId: uuid('5'), region }, at(1)), reason)
  expect(requestRelease(failed, at(2))).toEqual({ ok: false, error: 'ALREADY_RELEASED' })
})

test('what is not placed has nothing to give back', () => {
  expect(requestRelease(requested, at(1))).toEqual({ ok: false, error: 'NOT_PLACED' })
})

test.each(['ab', 'train-1', '00', 'a'.repeat(63)])('%j is a name', (name) => {
  expect(parseAllocationName(name)).toEqual({ ok: true, value: name })
})

test.each(['', 'a', '-ab', 'ab-', 'Train', 'a_b', 'a b', 'ä1', 'a'.repeat(64), 'ab\n'])('%j is no name', (name) => {
  expect(parseAllocationName(name)).toEqual({ ok: false, error: 'NAME_INVALID' })
})
