import { expect } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Ending, Holding, TerminalTicket } from '../../../terminal/sessions.ts'
import type { AllocationId } from '../allocation/model.ts'
import type { Compute } from '../context.ts'
import type { TerminalSession, TerminalSessionId } from '../terminal-session/model.ts'
import type { OpenedTerminal } from '../terminal-session/service.ts'
import type { TestGateway, TestPerson } from './test-terminals.ts'

/** Who opens terminals where, unless a step says otherwise. */
export interface TerminalPlace {
  readonly compute: Compute
  readonly project: ProjectScope
  readonly allocation: AllocationId
  readonly opener: TestPerson
  readonly gateway: TestGateway
}

type Asked = Parameters<Compute['terminals']['open']>[1]

const OPEN = 'COMPUTE_TERMINAL_OPEN'

/** What clients and their gateways do with terminals. `place` is asked at each step; a refusal fails the test. */
export const terminalSteps = (place: () => TerminalPlace) => {
  const redeem = async (token: string, at = place().gateway): Promise<TerminalTicket> => {
    const redeemed = await at.sessions.redeem({ token, gatewayId: at.id })
    if (!redeemed.ok) throw new Error(`The token was refused: ${redeemed.code}`)
    return redeemed.ticket
  }
  return {
    open: async (as = place().opener, by = place().compute, of: Partial<Asked> = {}): Promise<OpenedTerminal> => {
      const { project, allocation } = place()
      const opened = await by.terminals.open(as.grant(project, OPEN), {
        ...{ allocationId: allocation, columns: 80, rows: 24, isRecorded: false, replaces: undefined },
        ...of,
      })
      if (!opened.ok) throw new Error(`No terminal was opened: ${opened.error}`)
      return opened.value
    },
    reattach: async (id: TerminalSessionId, as = place().opener): Promise<OpenedTerminal> => {
      const { compute, project } = place()
      const opened = await compute.terminals.reattach(as.grant(project, OPEN), id)
      if (!opened.ok) throw new Error(`No token was given: ${opened.error}`)
      return opened.value
    },
    redeem,
    /** Up to ACTIVE. */
    attach: async ({ token }: OpenedTerminal, at = place().gateway): Promise<TerminalTicket> => {
      const ticket = await redeem(token, at)
      expect(await at.sessions.connecting(ticket)).toBe('ok')
      expect(await at.sessions.active(ticket)).toBe('ok')
      return ticket
    },
    /** The gateway holds it; `endings`: what it is told of its end. */
    held: (ticket: TerminalTicket, at = place().gateway): Holding & { readonly endings: readonly Ending[] } => {
      const endings: Ending[] = []
      return { endings, ...at.sessions.hold(ticket, (ending) => endings.push(ending)) }
    },
    sessionOf: async (id: TerminalSessionId): Promise<TerminalSession | undefined> => {
      const { compute, project } = place()
      const [session] = await compute.terminals.findAll({ kind: 'project-set', projects: [project] }, [id])
      return session
    },
  }
}
