import type { Metrics } from '../../platform/metrics/metrics.ts'
import { CLOSE, type CloseName } from '../protocol/close-codes.ts'

/** What is counted now, when the metrics are asked for. */
export interface TerminalCounts {
  readonly attached: number
  readonly detached: number
  readonly agents: number
  /** Bytes that wait in the sockets of clients. */
  readonly backlog: number
}

export type TerminalRefusal = 'origin' | 'address' | 'draining'

/** The metrics of one terminal gateway: no label tells one tenant's terminal from another's (R100). */
export const terminalMetrics = ({ instruments }: Pick<Metrics, 'instruments'>, counts: () => TerminalCounts) => {
  const { counter, gauge } = instruments
  gauge({
    name: 'gpuaas_terminal_sessions',
    help: 'Terminal sessions of this gateway, with a client (attached) or without.',
    labels: ['state'],
    read: (set) => {
      const { attached, detached } = counts()
      set({ state: 'attached' }, attached)
      set({ state: 'detached' }, detached)
    },
  })
  gauge({
    name: 'gpuaas_terminal_agents',
    help: 'Node agents that are linked to this gateway.',
    labels: [],
    read: (set) => {
      set({}, counts().agents)
    },
  })
  gauge({
    name: 'gpuaas_terminal_backlog_bytes',
    help: 'Output that waits in the sockets of clients.',
    labels: [],
    read: (set) => {
      set({}, counts().backlog)
    },
  })
  const bytes = counter({
    name: 'gpuaas_terminal_bytes_total',
    help: 'Bytes of terminals that passed this gateway; kind is input or output.',
    labels: ['kind'],
  })
  const closes = counter({
    name: 'gpuaas_terminal_closes_total',
    help: 'Connections of clients that this gateway closed, by the name of the close code.',
    labels: ['outcome'],
  })
  const refusals = counter({
    name: 'gpuaas_terminal_refused_total',
    help: 'Connections that were refused before they were opened: by their origin, as too many of one address, or while draining.',
    labels: ['outcome'],
  })
  for (const outcome of Object.keys(CLOSE)) closes.inc({ outcome }, 0)
  return {
    moved: (kind: 'input' | 'output', count: number) => {
      bytes.inc({ kind }, count)
    },
    closed: (outcome: CloseName) => {
      closes.inc({ outcome })
    },
    refused: (outcome: TerminalRefusal) => {
      refusals.inc({ outcome })
    },
  }
}

export type TerminalMetrics = ReturnType<typeof terminalMetrics>
