import type { Log } from '../../platform/log/log.ts'
import { PROTOCOL_VERSION } from '../protocol/client-frames.ts'
import { INPUT_WINDOW_BYTES } from '../protocol/window.ts'
import type { TerminalCloseReason } from '../sessions.ts'
import type { AgentLink, StreamListener } from './agent-link.ts'
import type { ClientConnection } from './client-connection.ts'
import type { HeldSession } from './held-session.ts'
import type { TerminalLimits } from './limits.ts'
import type { Reports } from './reports.ts'
import type { TerminalMetrics } from './terminal-metrics.ts'
import type { TicketSeal } from './ticket-seal.ts'

export interface BridgeParts {
  readonly seal: TicketSeal
  readonly limits: TerminalLimits
  readonly log: Log
  readonly metrics: TerminalMetrics
  readonly reports: Reports
  readonly isHeld: (session: HeldSession) => boolean
  readonly drop: (session: HeldSession) => void
  readonly lose: (session: HeldSession) => void
  readonly endOnNode: (session: HeldSession, reason: TerminalCloseReason) => void
}

/** Carries the bytes of a session between its client and its node. */
export const createBridge = (parts: BridgeParts) => {
  const { seal, limits, log, metrics, reports, isHeld, drop, lose, endOnNode } = parts

  const detached = (session: HeldSession): void => {
    session.client = undefined
    // Whether its node has it is not known before the answer.
    if (session.isOpening) return
    session.stopListening()
    if (session.isOpened) void reports.ofSession(session, 'detached')
  }

  const heardFrom = (session: HeldSession, link: AgentLink): StreamListener => ({
    onOpened: ({ offset, lost, inputOffset, inputTaken }) => {
      // Output was lost on the way, where none should be: told anew, it could not be told from what is under way.
      if (!session.isOpening) return session.client?.close('INTERNAL')
      session.answered()
      session.isOpened = true
      session.forwarded = offset
      session.acknowledged = offset
      session.inputSent = inputOffset
      session.inputTaken = inputTaken
      session.client?.send({ type: 'ready', version: PROTOCOL_VERSION, offset, lost, inputOffset })
      if (inputOffset > 0) session.client?.send({ type: 'input-ack', offset: inputTaken })
      void reports.ofSession(session, 'active').then((standing) => {
        if (standing === undefined || standing === 'ok' || !isHeld(session)) return
        session.client?.close(standing === 'stale' ? 'TAKEN_OVER' : 'CLOSED')
        if (standing === 'closed') endOnNode(session, 'CLOSED_BY_USER')
        drop(session)
      })
      if (session.client === undefined) detached(session)
    },
    onRefused: (code) => {
      session.answered()
      if (code === 'OFFSET_UNKNOWN') {
        // The program is there and runs on; it is the client that counts wrong.
        session.isOpened = true
        if (session.client === undefined) detached(session)
        else session.client.close('PROTOCOL_ERROR', code)
        return
      }
      if (code !== 'AGENT_CAPACITY' && code !== 'TASK_STALE') return lose(session)
      session.client?.close(code === 'AGENT_CAPACITY' ? 'TERMINAL_CAPACITY' : 'TAKEN_OVER')
      drop(session)
    },
    onOutput: (offset, bytes) => {
      if (offset !== session.forwarded) {
        log.warn('a node sent output out of its order')
        return link.terminate()
      }
      session.forwarded += bytes.length
      metrics.moved('output', bytes.length)
      session.holding?.touch()
      session.client?.send({ type: 'output', offset, bytes })
    },
    onInputTaken: (offset) => {
      session.inputTaken = offset
      session.client?.send({ type: 'input-ack', offset })
    },
    onExited: (code, signal) => {
      session.hasExited = true
      session.client?.send({ type: 'exit', code, signal })
      session.client?.close('CLOSED', 'EXIT')
    },
  })

  return {
    /** Opens the session on its node, or goes on with it there, from the first byte that its client does not have. */
    open: (session: HeldSession, link: AgentLink): void => {
      const { ticket, size } = session
      const { sessionId, generation, nodeId, allocationId, isRecorded, endsAt, idleMs } = ticket
      const stream = link.openStream(heardFrom(session, link))
      session.ask(link, stream)
      session.after(limits.openMs, () => lose(session))
      link
        .send(
          {
            type: 'openTerminal',
            sessionId,
            generation,
            target: { kind: 'ALLOCATION', allocationId },
            stream,
            size,
            offset: session.forwarded,
            isRecorded,
            endsAt: endsAt.getTime(),
            idleMs,
            ticket: seal.seal(ticket),
          },
          nodeId,
        )
        .catch((error: unknown) => {
          log.error({ err: error }, 'a node could not be asked for a terminal')
          lose(session)
        })
    },

    /** Gives the node what the client says, and learns when it is gone. */
    listenTo: (session: HeldSession, client: ClientConnection): void => {
      const give = (frame: Parameters<AgentLink['give']>[0] | undefined): void => {
        if (frame !== undefined) session.link?.give(frame)
      }
      client.listen({
        onInput: (bytes) => {
          session.inputSent += bytes.length
          if (session.inputSent - session.inputTaken > INPUT_WINDOW_BYTES) return client.close('PROTOCOL_ERROR')
          metrics.moved('input', bytes.length)
          session.holding?.touch()
          give(session.stream === undefined ? undefined : { type: 'input', stream: session.stream, bytes })
        },
        onAck: (offset) => {
          if (offset > session.forwarded) return client.close('PROTOCOL_ERROR')
          if (offset <= session.acknowledged) return
          session.acknowledged = offset
          session.progressed()
          give(session.stream === undefined ? undefined : { type: 'ack', stream: session.stream, offset })
        },
        onResize: (size) => {
          if (size.columns === session.size.columns && size.rows === session.size.rows) return
          session.size = size
          give(session.stream === undefined ? undefined : { type: 'resize', stream: session.stream, size })
          reports.resized(session)
        },
        onGone: (how) => {
          if (session.client !== client || !isHeld(session)) return
          if (!session.hasExited || how === 'broken') return detached(session)
          session.client = undefined
          // What the node tells of its end then is the end of the session.
          endOnNode(session, 'EXIT')
          session.after(limits.openMs, () => {
            lose(session)
          })
        },
      })
    },
  }
}
