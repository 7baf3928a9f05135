import type { Access } from '../../../platform/access/access.ts'
import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { selfId, isUuid } from '../../../platform/ids/id.ts'
import { ok } from '../../../platform/result/result.ts'
import type { ComputeUnits } from '../units.ts'
import type { TerminalHints } from './hints.ts'
import type { TerminalSession, TerminalSessionId } from './model.ts'
import { placeOf } from './steps.ts'
import { TerminalStream } from './stream.ts'

export interface TerminalLiveDependencies {
  readonly units: ComputeUnits
  readonly hints: TerminalHints
  readonly clock: Clock
  /** How long a lost hint may delay a state. */
  readonly pollEveryMs?: number
  /** How old the grants may be by which a state is shown. */
  readonly grantsForMs?: number
}

export interface TerminalStreamRequest {
  /** Of the subscription, for as long as it is open: its grants are read again as they grow old. */
  readonly access: Access
  readonly id: TerminalSessionId
  /** The version to go on from; undefined: with the state as it is. */
  readonly after: number | undefined
  /** Ends the stream when it aborts. */
  readonly signal: AbortSignal
}

const BATCH = 100

/** Who asks, as sessions name their opener. */
const callerOf = ({ principal, grants }: Access): string | undefined => {
  if (principal.kind === 'service-account') return principal.serviceAccountId
  return grants.userId !== undefined && isUuid(grants.userId) ? selfId('usr', grants.userId).text : undefined
}

/** The proof that the caller may follow the session: its opener, or who manages the project's. Throws the denial. */
const authorize = (access: Access, id: TerminalSessionId, openedBy: string): ProjectGrant => {
  const grant = access.project('COMPUTE_TERMINAL_OPEN', id)
  return callerOf(access) === openedBy ? grant : access.project('COMPUTE_TERMINAL_MANAGE', id)
}

export type TerminalLive = ReturnType<typeof terminalLive>

export const terminalLive = (dependencies: TerminalLiveDependencies) => {
  const { units, hints, clock, pollEveryMs = 2_000, grantsForMs = 5_000 } = dependencies

  const statesOf = (grant: ProjectGrant, id: TerminalSessionId) => {
    const scope = { kind: 'project-set', projects: [grant.scope] } as const
    return async (after: number | undefined): Promise<readonly TerminalSession[] | 'over'> => {
      // The row first: what the log holds past it is shown by the next look.
      const [session] = await units.projectSet.read(scope, ({ terminals }) => terminals.findAll([id.local]))
      if (session === undefined) return []
      // A version past the newest is none: of another life of the database, or made up.
      if (after === undefined || after > session.version) return [session]
      if (after === session.version) return session.state === 'CLOSED' ? 'over' : []
      const changes = await units.projectSet.read(scope, ({ terminals }) =>
        terminals.transitionsAfter(id, after, BATCH),
      )
      return changes
        .filter(({ version }) => version <= session.version)
        .map(({ occurredAt: _, ...change }) =>
          change.version === session.version ? session : asItWas(session, change),
        )
    }
  }

  return {
    /** Opens a stream of the session's states. Whoever opens it ends it: by `return`, or by the signal. */
    open: async (request: TerminalStreamRequest): Promise<AsyncIterableIterator<TerminalSession, undefined>> => {
      const { access, id, after, signal } = request
      const grant = access.project('COMPUTE_TERMINAL_OPEN', id)
      const session = await units.project.read(grant.scope, ({ terminals }) => terminals.find(id.local))
      if (session === undefined) throw catalogued('NOT_FOUND')
      const { openedBy, version } = session
      await units.project.write(authorize(access, id, openedBy), async ({ audit }) => {
        audit.succeeded('compute.terminal.follow', id.text, { version })
        return ok(undefined)
      })

      const end = (): void => void stream.return()
      let readAt = clock.now().getTime()
      const stream = new TerminalStream({
        after,
        authorize: async () => {
          const now = clock.now().getTime()
          if (now - readAt >= grantsForMs) {
            await access.refresh()
            readAt = now
          }
          authorize(access, id, openedBy)
        },
        read: statesOf(grant, id),
        pollEveryMs,
        onEnd: () => {
          signal.removeEventListener('abort', end)
          void unsubscribe()
        },
      })
      // Hints first: the stream reads when it is asked for the first state, and is asked after this.
      const unsubscribe = await hints.subscribe(placeOf(grant.scope, session), (told) => {
        stream.hint(told)
      })
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
      return stream
    },
  }
}

type Change = Pick<TerminalSession, 'version' | 'state' | 'generation' | 'closeReason' | 'exitCode'>

/** The session at an earlier version: what came later is not so yet. */
const asItWas = (session: TerminalSession, change: Change): TerminalSession => ({
  ...session,
  ...change,
  endedAt: change.state === 'CLOSED' ? session.endedAt : undefined,
})
