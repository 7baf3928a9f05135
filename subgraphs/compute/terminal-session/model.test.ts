import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ownedId, type Uuid } from '../../../platform/ids/id.ts'
import { deadlineOf, isDone, parseSize, TERMINAL_STATES, transition } from './model.ts'
import type { TerminalSession, TerminalState, TerminalStep } from './model.ts'

/** Where the life may go from each state, written down a second time and independently of the transitions. */
const NEXT: Readonly<Record<TerminalState, readonly TerminalState[]>> = {
  REQUESTED: ['TOKEN_ISSUED', 'CLOSED'],
  TOKEN_ISSUED: ['CONNECTING', 'CLOSED'],
  CONNECTING: ['ACTIVE', 'DETACHED', 'CLOSED'],
  ACTIVE: ['DETACHED', 'CLOSED'],
  DETACHED: ['ACTIVE', 'CLOSED'],
  CLOSED: [],
}

const STEPS: readonly TerminalStep[] = ['issue', 'connect', 'activate', 'detach', 'close']

describe('the life of a terminal session', () => {
  test('goes only where the states allow, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }), (steps) => {
        let state: TerminalState = 'REQUESTED'
        for (const step of steps) {
          const next = transition(state, step)
          if (next !== undefined && next !== state) expect(NEXT[state]).toContain(next)
          state = next ?? state
        }
      }),
    )
  })

  test('reaches every state, and leaves none but CLOSED without a way on', () => {
    const reached = new Set<TerminalState>(['REQUESTED'])
    for (const state of reached)
      for (const step of STEPS) {
        const next = transition(state, step)
        if (next !== undefined) reached.add(next)
      }
    expect([...reached].toSorted()).toEqual([...TERMINAL_STATES].toSorted())
    for (const state of TERMINAL_STATES)
      expect(STEPS.some((step) => transition(state, step) !== undefined)).toBe(state !== 'CLOSED')
  })

  test('what a step brings about, and that it is so already, is never both', () => {
    for (const state of TERMINAL_STATES)
      for (const step of STEPS) expect(isDone(state, step) && transition(state, step) !== undefined).toBe(false)
    expect([isDone('ACTIVE', 'activate'), isDone('DETACHED', 'detach'), isDone('CLOSED', 'close')]).toEqual([
      true,
      true,
      true,
    ])
    expect(isDone('TOKEN_ISSUED', 'activate')).toBe(false)
  })
})

const uuid = (digit: string) => `01900000-0000-7000-8000-00000000000${digit}` as Uuid
const at = (second: number) => new Date(Date.UTC(2026, 2, 1) + second * 1000)

const session = (of: Partial<TerminalSession>): TerminalSession => ({
  ...{ id: ownedId('trm', uuid('1'), uuid('2')), organizationId: uuid('3'), nodeId: uuid('4'), openedBy: 'usr_x' },
  ...{ allocationId: ownedId('alc', uuid('1'), uuid('5')), version: 1, generation: 0, gatewayId: undefined },
  ...{ state: 'ACTIVE', columns: 80, rows: 24, isRecorded: false, idleMs: 600_000, createdAt: at(0) },
  ...{ endsAt: at(3600), lastActiveAt: at(0), connectedAt: undefined, detachedAt: undefined, endedAt: undefined },
  ...{ closeReason: undefined, exitCode: undefined, recording: undefined },
  ...of,
})

test('a session is over when nothing happened for too long, or at its end, whichever is first', () => {
  expect(deadlineOf(session({}))).toEqual({ at: at(600), reason: 'IDLE' })
  expect(deadlineOf(session({ lastActiveAt: at(3500) }))).toEqual({ at: at(3600), reason: 'MAX_DURATION' })
})

test('one that nobody came for does not wait as long as one that is used', () => {
  expect(deadlineOf(session({ state: 'TOKEN_ISSUED' }))).toEqual({ at: at(90), reason: 'IDLE' })
  expect(deadlineOf(session({ state: 'REQUESTED', idleMs: 5_000 }))).toEqual({ at: at(5), reason: 'IDLE' })
})

test.each([
  [1, 1],
  [80, 24],
  [1000, 1000],
])('%d × %d is a size', (columns, rows) => {
  expect(parseSize(columns, rows)).toEqual({ ok: true, value: { columns, rows } })
})

test.each([
  [0, 24],
  [80, 0],
  [-1, 24],
  [1001, 24],
  [80, 1001],
  [1.5, 24],
  [Number.NaN, 24],
])('%d × %d is none', (columns, rows) => {
  expect(parseSize(columns, rows)).toEqual({ ok: false, error: 'SIZE_INVALID' })
})
