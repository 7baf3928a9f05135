import type { Clock } from '../../platform/clock/clock.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Refusal } from '../node-link/link-messages.ts'
import type { CloseTerminalTask, OpenTerminalTask } from '../node-link/task.ts'
import { openRecorder, type Recorder } from '../recording/recorder.ts'
import type { TerminalCloseReason } from '../sessions.ts'
import type { OpenPty } from './pty.ts'
import { ShellSession, type EndedShell, type SessionStream } from './shell-session.ts'
import type { Shells } from './shell.ts'

export interface ShellSessionsOptions {
  readonly openPty: OpenPty
  readonly shells: Shells
  /** Where recordings are kept. */
  readonly recordings: string
  readonly maxSessions: number
  readonly clock: Clock
  readonly log: Log
  /** How long a program that waits for its listener waits for one that is away. */
  readonly graceMs: number
  /** How long the end of the output of a program that has ended is kept for a client that lost its connection. */
  readonly lingerMs: number
  /** A session is over on its node: said once of each. */
  readonly onEnded: (ended: EndedShell) => void
  /** A session was left alone by its gateway: another one may take it. */
  readonly onAlone: (session: ShellSession) => void
}

export interface ShellSessions {
  /** Opens the session, or goes on with the one that is there, on this stream. One at a time. */
  readonly open: (task: OpenTerminalTask, gatewayId: string, stream: SessionStream) => Promise<ShellSession | Refusal>
  /** Ends the session unless a later attachment has it. */
  readonly close: (task: CloseTerminalTask) => void
  /** Ends what may not go on: too long, unused, or ended and not fetched. Called about once a second. */
  readonly sweep: () => void
  readonly all: () => readonly ShellSession[]
  /** Of those that are being opened as well; none is opened from then on. */
  readonly endAll: (reason: TerminalCloseReason) => Promise<void>
}

/** How much later than the gateways an agent ends a session by itself: it does where no gateway is there to. */
const BACKSTOP_MS = 5000

/** The terminals of one node agent. They outlive its links, up to the limits that came with their tasks. */
export const createShellSessions = (options: ShellSessionsOptions): ShellSessions => {
  const { clock, log, maxSessions } = options
  const sessions = new Map<Uuid, ShellSession>()
  const ending = new Set<Promise<void>>()
  const offered = new Set<ShellSession>()

  const end = (session: ShellSession, reason: TerminalCloseReason): void => {
    if (sessions.get(session.id) !== session) return
    sessions.delete(session.id)
    const { attachment } = session
    const work = session
      .end()
      .then((told) => {
        if (attachment !== undefined) options.onEnded({ ...attachment, ...told, reason })
      })
      .catch((error: unknown) => log.error({ err: error }, 'a terminal did not end well'))
      .finally(() => ending.delete(work))
    ending.add(work)
  }

  const begin = async (task: OpenTerminalTask): Promise<ShellSession> => {
    const { shell, remove } = await options.shells.make()
    const session = new ShellSession({ task, clock, remove })
    let recorder: Recorder | undefined
    try {
      if (task.isRecorded) {
        recorder = await openRecorder({
          directory: options.recordings,
          sessionId: task.sessionId,
          size: task.size,
          clock,
          onFailure: (error) => {
            // What was agreed to be recorded does not go on unrecorded.
            log.error({ err: error }, 'the recording of a terminal cannot be written')
            end(session, 'NODE_LOST')
          },
          onPressure: (state) => {
            session.recorderIs(state)
          },
        })
      }
      const pty = options.openPty(shell, task.size, {
        onOutput: (bytes) => {
          session.output(bytes)
        },
        onExit: (exit) => {
          session.exited(exit)
        },
      })
      session.begin(pty, recorder)
      return session
    } catch (error) {
      await recorder?.finish().catch(() => undefined)
      await remove()
      throw error
    }
  }

  const find = async (task: OpenTerminalTask): Promise<ShellSession | Refusal> => {
    const held = sessions.get(task.sessionId)
    if (held !== undefined) {
      const isStale = (held.attachment?.generation ?? 0) > task.generation
      return isStale || held.allocationId !== task.target.allocationId ? 'TASK_STALE' : held
    }
    // A client that has seen output of it knows another program than the one that would begin now.
    if (task.offset > 0) return 'SESSION_UNKNOWN'
    if (task.endsAt <= clock.now().getTime()) return 'TASK_STALE'
    if (sessions.size + ending.size >= maxSessions) return 'AGENT_CAPACITY'
    try {
      const session = await begin(task)
      sessions.set(task.sessionId, session)
      return session
    } catch (error) {
      log.error({ err: error }, 'a terminal could not be opened')
      return 'PTY_FAILED'
    }
  }

  const sweepOne = (session: ShellSession, now: number): void => {
    const since = (at: Date | undefined): number => (at === undefined ? 0 : now - at.getTime())
    if (since(session.exitedAt) > options.lingerMs) return end(session, 'EXIT')
    if (now > session.endsAt.getTime() + BACKSTOP_MS) return end(session, 'MAX_DURATION')
    if (since(session.usedAt) > session.idleMs + BACKSTOP_MS) return end(session, 'IDLE')
    if (session.isAttached) offered.delete(session)
    else if (since(session.aloneSince) > options.graceMs && !offered.has(session)) {
      offered.add(session)
      session.runOn()
      options.onAlone(session)
    }
  }

  let opening: Promise<unknown> = Promise.resolve()
  let isOver = false
  return {
    open: (task, gatewayId, stream) => {
      const opened = opening.then(async () => {
        if (isOver) return 'AGENT_CAPACITY'
        const session = await find(task)
        if (!(session instanceof ShellSession)) return session
        const { generation, ticket } = task
        const isThere = session.attach({ generation, ticket, gatewayId }, stream, task.offset, task.size)
        return isThere ? session : 'OFFSET_UNKNOWN'
      })
      opening = opened.catch(() => undefined)
      return opened
    },
    close: ({ sessionId, generation, reason }) => {
      const session = sessions.get(sessionId)
      if (session !== undefined && (session.attachment?.generation ?? 0) <= generation) end(session, reason)
    },
    sweep: () => {
      const now = clock.now().getTime()
      for (const session of sessions.values()) sweepOne(session, now)
      for (const session of offered) if (sessions.get(session.id) !== session) offered.delete(session)
    },
    all: () => [...sessions.values()],
    endAll: async (reason) => {
      isOver = true
      await opening // what is being opened now ends as well
      for (const session of [...sessions.values()]) end(session, reason)
      await Promise.all(ending)
    },
  }
}
