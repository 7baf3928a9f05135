import { allocations } from './allocations.ts'
import { demoUuid } from './demo-id.ts'
import { tableRows, type TableRows } from './rows.ts'
import { userOf } from './tenants.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import { selfId } from '../../platform/ids/id.ts'

const MINUTE = 60_000
const LABELLED = Date.parse('2026-01-06T12:00:00Z')

/** Terminals that were used and left: what is open is made by whoever opens it. */
const sessions: readonly { readonly allocation: string; readonly by: DemoEmail; readonly hoursAgo: number }[] = [
  { allocation: 'training-main', by: 'developer@northwind.example', hoursAgo: 20 },
  { allocation: 'route-planner', by: 'owner@northwind.example', hoursAgo: 50 },
  { allocation: 'sky-stack', by: 'owner@aurora.example', hoursAgo: 30 },
]

/** What happened, minute by minute. */
const LIFE = [
  { state: 'REQUESTED', generation: 0, minute: 0 },
  { state: 'TOKEN_ISSUED', generation: 0, minute: 0 },
  { state: 'CONNECTING', generation: 1, minute: 0 },
  { state: 'ACTIVE', generation: 1, minute: 0 },
  { state: 'CLOSED', generation: 1, minute: 25 },
]

export const terminalRows = (now: Date): TableRows[] => {
  const made = sessions.map(({ allocation: name, by, hoursAgo }, index) => {
    const allocation = allocations.find((candidate) => candidate.name === name)
    if (allocation === undefined || allocation.node === null) throw new Error(`The demo has no machine for ${name}`)
    const begunAt = new Date(now.getTime() - hoursAgo * 60 * MINUTE)
    const key = { org_id: allocation.project.organization.id, project_id: allocation.project.id }
    const id = demoUuid(`trm ${name} ${by}`, new Date(LABELLED + index * MINUTE))
    return { key, id, allocation, nodeId: allocation.node.id, by, begunAt, at: atMinute(begunAt) }
  })
  return [
    tableRows(
      'compute',
      'compute.terminal_sessions',
      made.map(({ key, id, allocation, nodeId, by, begunAt, at }) => ({
        ...{ ...key, id, allocation_id: allocation.id, node_id: nodeId, opened_by: selfId('usr', userOf(by).id).text },
        ...{ state: 'CLOSED', version: LIFE.length, minted: 1, generation: 1, column_count: 120, row_count: 40 },
        ...{ is_recorded: false, idle_ms: 30 * MINUTE, created_at: begunAt, ends_at: at(12 * 60) },
        ...{ last_active_at: at(25), connected_at: at(0), ended_at: at(25), close_reason: 'EXIT', exit_code: 0 },
      })),
    ),
    tableRows(
      'compute',
      'compute.terminal_transitions',
      made.flatMap(({ key, id, at }) =>
        LIFE.map(({ state, generation, minute }, index) => ({
          ...{ ...key, session_id: id, version: index + 1, state, generation, occurred_at: at(minute) },
          ...(state === 'CLOSED' ? { close_reason: 'EXIT', exit_code: 0 } : { close_reason: null, exit_code: null }),
        })),
      ),
    ),
  ]
}

const atMinute =
  (begunAt: Date) =>
  (minute: number): Date =>
    new Date(begunAt.getTime() + minute * MINUTE)
