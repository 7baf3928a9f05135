import type { Clock } from '../../platform/clock/clock.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { Log } from '../../platform/log/log.ts'
import type { EndedSession } from '../node-link/link-messages.ts'
import type { Ending, TerminalCloseReason, TerminalSessions, TerminalTicket } from '../sessions.ts'
import type { AgentLink } from './agent-link.ts'
import { createBridge } from './bridge.ts'
import type { ClientConnection, Hello } from './client-connection.ts'
import { HeldSession } from './held-session.ts'
import type { TerminalLimits } from './limits.ts'
import { closeNameOf, createReports } from './reports.ts'
import type { TerminalMetrics } from './terminal-metrics.ts'
import type { TicketSeal } from './ticket-seal.ts'

export interface TerminalsOptions {
  readonly sessions: TerminalSessions
  readonly seal: TicketSeal
  readonly linkOf: (node: Uuid) => AgentLink | undefined
  readonly limits: TerminalLimits
  readonly clock: Clock
  readonly log: Log
  readonly metrics: TerminalMetrics
}

/** The sessions of one gateway: who is attached to what, and what comes of it when either side goes away. */
export const createTerminals = (options: TerminalsOptions) => {
  const { sessions, seal, linkOf, limits, clock, log } = options
  const held = new Map<Uuid, HeldSession>()
  const reports = createReports(sessions, log)

  /** Holds it no longer. What becomes of it is told by whoever calls this. */
  const drop = (session: HeldSession): void => {
    if (held.get(session.ticket.sessionId) === session) held.delete(session.ticket.sessionId)
    session.clearTimer()
    session.leaveLink()
    session.holding?.release()
    session.client = undefined
  }
  const isHeld = (session: HeldSession): boolean => held.get(session.ticket.sessionId) === session

  /** Asks its node to end it; where that is away, it is asked when it comes back and says what it holds. */
  const endOnNode = ({ ticket, link }: HeldSession, reason: TerminalCloseReason): void => {
    const { sessionId, generation, nodeId } = ticket
    link?.send({ type: 'closeTerminal', sessionId, generation, reason }, nodeId).catch((error: unknown) => {
      log.error({ err: error }, 'a node could not be asked to end a terminal')
    })
  }
  const lose = (session: HeldSession): void => {
    if (!isHeld(session)) return
    session.client?.close('NODE_LOST')
    endOnNode(session, 'NODE_LOST')
    drop(session)
    reports.closed(session, session.ticket, { reason: 'NODE_LOST' })
  }
  /** Its node may be back in a moment. */
  const waitForNode = (session: HeldSession): void => session.after(limits.nodeGraceMs, () => lose(session))

  const onEnding = (session: HeldSession, ending: Ending): void => {
    if (!isHeld(session)) return
    const { client } = session
    if (ending.kind === 'taken-over') client?.close('TAKEN_OVER')
    else {
      client?.close(closeNameOf(ending.reason), ending.reason)
      endOnNode(session, ending.reason)
    }
    drop(session)
  }
  const hold = (session: HeldSession): void => {
    held.set(session.ticket.sessionId, session)
    session.holding = sessions.hold(session.ticket, (ending) => onEnding(session, ending))
  }
  const bridge = createBridge({ ...options, reports, isHeld, drop, lose, endOnNode })

  const capacityFor = ({ allocationId }: TerminalTicket, userKey: string): boolean => {
    const all = [...held.values()]
    return (
      all.length < limits.maxSessions &&
      all.filter(({ ticket }) => ticket.allocationId === allocationId).length < limits.maxPerAllocation &&
      all.filter((session) => session.userKey === userKey).length < limits.maxPerUser
    )
  }
  const goOn = (session: HeldSession): void => {
    const link = linkOf(session.ticket.nodeId)
    if (link === undefined) waitForNode(session)
    else bridge.open(session, link)
  }
  /** It runs on the node, and this gateway did not know, or knew an earlier attachment. */
  const adopt = (ticket: TerminalTicket, link: AgentLink, before: HeldSession | undefined): void => {
    if (before !== undefined) {
      before.client?.close('TAKEN_OVER')
      drop(before)
    }
    const { columns, rows } = ticket
    const session = new HeldSession(ticket, undefined, 0, { columns, rows })
    session.isOpened = true
    session.goOver(link)
    hold(session)
    void reports.ofSession(session, 'detached')
  }
  /** Its node was away, is back, and has it still. */
  const findAgain = (session: HeldSession, link: AgentLink): void => {
    const { client, isOpened, hasExited } = session
    if (client !== undefined && !isOpened) return bridge.open(session, link)
    session.isOpened = true
    session.goOver(link)
    if (hasExited || (client === undefined && isOpened)) return
    // What was typed meanwhile is gone, and more is under way: only after a reattach is it known what arrived.
    client?.close('INTERNAL')
    session.client = undefined
    void reports.ofSession(session, 'detached')
  }

  return {
    /** Attaches a client whose token was redeemed. Rejects where the stores do not answer. */
    attach: async (client: ClientConnection, ticket: TerminalTicket, { offset, size }: Hello): Promise<void> => {
      const before = held.get(ticket.sessionId)
      if (before !== undefined && before.ticket.generation >= ticket.generation) {
        client.close('TAKEN_OVER')
        return
      }
      const session = new HeldSession(ticket, client, offset, size)
      if (before === undefined && !capacityFor(ticket, session.userKey)) {
        client.close('TERMINAL_CAPACITY')
        return
      }
      if (before !== undefined) {
        before.client?.close('TAKEN_OVER')
        drop(before)
      }
      session.isConnecting = true
      hold(session)
      bridge.listenTo(session, client)
      const standing = await session
        .inTurn(() => sessions.connecting(ticket))
        .catch((error: unknown) => {
          drop(session)
          throw error
        })
      session.isConnecting = false
      if (!isHeld(session)) return
      if (standing === 'ok') {
        goOn(session)
        return
      }
      client.close(standing === 'stale' ? 'TAKEN_OVER' : 'CLOSED')
      drop(session)
    },

    /** A node tells what runs on it without a gateway; `whole`: and nothing else that this gateway had there. */
    onHeld: (link: AgentLink, sealed: readonly string[], extent: 'whole' | 'some'): void => {
      const there = new Set<Uuid>()
      for (const text of sealed) {
        const ticket = seal.open(text)
        if (ticket === undefined || !link.nodes.includes(ticket.nodeId)) {
          log.warn('a node agent holds a terminal that is none of this gateway’s')
          continue
        }
        there.add(ticket.sessionId)
        const session = held.get(ticket.sessionId)
        if (session === undefined || session.ticket.generation < ticket.generation) adopt(ticket, link, session)
        else if (session.isAwaitingNode) findAgain(session, link)
      }
      if (extent === 'some') return
      for (const session of [...held.values()]) {
        const { sessionId, nodeId } = session.ticket
        if (!session.isAwaitingNode || there.has(sessionId) || !link.nodes.includes(nodeId)) continue
        if (session.isOpened) lose(session)
        else bridge.open(session, link)
      }
    },

    onEnded: (sealed: EndedSession): void => {
      const ticket = seal.open(sealed.ticket)
      if (ticket === undefined) return
      const session = held.get(ticket.sessionId)
      session?.client?.close(closeNameOf(sealed.reason), sealed.reason)
      if (session !== undefined) drop(session)
      reports.closed(session, session?.ticket ?? ticket, sealed)
    },

    onLinkDown: (link: AgentLink): void => {
      for (const session of held.values()) {
        if (session.link !== link) continue
        session.leaveLink()
        waitForNode(session)
      }
    },

    /** Called about once a second. */
    sweep: (): void => {
      const now = clock.now().getTime()
      for (const session of held.values()) {
        const since = session.stuckSince(now)
        if (since !== undefined && now - since > limits.slowClientMs) session.client?.close('SLOW_CLIENT')
      }
    },

    /** Lets every client go, to reattach elsewhere; resolves when that was reported. */
    drain: async (): Promise<void> => {
      for (const session of [...held.values()]) {
        const { client } = session
        client?.close('DRAINING')
        drop(session)
        if (client !== undefined) void reports.ofSession(session, 'detached')
      }
      await reports.settled()
    },

    held: () => held.size,
    all: (): readonly HeldSession[] => [...held.values()],
  }
}

export type Terminals = ReturnType<typeof createTerminals>
