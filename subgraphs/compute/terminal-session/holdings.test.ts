import { afterEach, expect, test } from '@jest/globals'
import { projectScope } from '../../../platform/access/scope.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import type { TerminalTicket } from '../../../terminal/sessions.ts'
import { until } from '../../../test/testkit/until.ts'
import { createHoldings, type Holdings } from './holdings.ts'

const opened: Holdings[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((holdings) => holdings.stop()))
})

const ticketOf = (subject: string, more: Partial<TerminalTicket> = {}): TerminalTicket => ({
  ...{ sessionId: systemIds.next(), scope: projectScope(systemIds.next(), systemIds.next()), nodeId: systemIds.next() },
  ...{ allocationId: systemIds.next(), gatewayId: 'g', generation: 1, columns: 80, rows: 24, isRecorded: false },
  ...{ endsAt: new Date(Date.now() + 3_600_000), idleMs: 600_000 },
  principal: { kind: 'user', subject, sessionId: undefined, authenticatedAt: undefined, assurance: 'single' },
  ...more,
})

test('a session that cannot be closed keeps nobody from another', async () => {
  const revoked = ticketOf('revoked')
  const overdue = ticketOf('overdue', { endsAt: new Date(0) })
  const closed = ticketOf('closed')
  const refused = new Set<TerminalTicket>()
  const holdings = createHoldings({
    read: async (tickets) =>
      tickets.map(({ sessionId, scope }) => {
        const isClosed = sessionId === closed.sessionId && refused.has(overdue)
        const seen = { generation: 1, closeReason: undefined, exitCode: undefined }
        return { ...seen, id: ownedId('trm', scope.projectId, sessionId), state: isClosed ? 'CLOSED' : 'ACTIVE' }
      }),
    close: (ticket) => {
      refused.add(ticket)
      return Promise.reject(new Error('the row is locked'))
    },
    touch: async () => undefined,
    isAllowed: async (ticket) => ticket !== revoked,
    hints: { publish: async () => undefined, subscribe: async () => async () => undefined },
    watch: ({ review }) => {
      setImmediate(() => void review().catch(() => undefined)) // the row could not be told
      return () => undefined
    },
    clock: systemClock,
    log: silentLog,
    pollEveryMs: 5,
  })
  opened.push(holdings)
  const ended = new Set<TerminalTicket>()
  for (const ticket of [revoked, overdue, closed]) holdings.hold(ticket, () => ended.add(ticket))
  await until('the one whose permission ended has ended', () => ended.has(revoked))
  await until('the one that was closed elsewhere has ended', () => ended.has(closed))
  expect(refused).toEqual(new Set([revoked, overdue]))
})
