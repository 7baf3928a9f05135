import type { ExecutionResult } from 'graphql'
import type { GrantWatch } from '../../platform/access/grant-watch.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Correlation } from '../../platform/log/correlation.ts'
import type { Engines } from '../engines.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { AdmittedSubscription, Engine, IncomingOperation } from '../execution/engine.ts'
import type { OpenAccess, OpenedContext } from '../http/operation-context.ts'
import type { Documents } from '../operation/documents.ts'
import { SharedStream, type Member } from './shared-stream.ts'

export interface SharedStreamsParts {
  readonly engines: Engines
  readonly documents: Documents
  readonly openAccess: OpenAccess | undefined
  readonly watch: GrantWatch['watch'] | undefined
  readonly report: ReportError
}

/** A subscription that was admitted, and who asks for it. */
export interface Joining {
  readonly engine: Engine
  readonly incoming: IncomingOperation
  /** The text of the document: another generation of the graph reads it anew. */
  readonly query: string
  readonly admitted: AdmittedSubscription
  readonly opened: OpenedContext
  readonly correlation: Correlation
  /** The cursor behind which to go on, instead of where the client asks to begin. */
  readonly after: string | undefined
}

interface Entry {
  readonly stream: SharedStream
  readonly principal: Principal
  readonly query: string
  readonly incoming: IncomingOperation
  key: string
}

/** Reviews by a new generation that are under way at once. */
const RENEWALS = 32

/**
 * The streams that are open, and who may share which. Two subscribers share one when its events are those that either
 * would be sent on a stream of their own, which is so when all of this holds:
 *
 * 1. They are one principal, by everything that a subgraph is told of it (the assurance of its sign-in included), or
 *    both anonymous. What an event shows may depend on who asks in ways that only the subgraph knows, so subscribers
 *    of equal capabilities in one project still have streams of their own (docs/decisions/0024).
 * 2. They ask for the same: one operation with equal variables, of which the same is denied, on one generation of the graph.
 * 3. They are at the same place. Nothing was sent yet to those who began as they do; or the stream has positions
 *    (`resumable.ts`), and they ask to go on behind its last event, or from now on where it is a stream of now.
 *
 * Streams of one kind that come to stand at the same position become one.
 */
export const createSharedStreams = (parts: SharedStreamsParts) => {
  const { engines, documents, openAccess, watch, report } = parts
  const byKey = new Map<string, Entry[]>()
  const entries = new Map<SharedStream, Entry>()
  let generation = 0

  const keyOf = ({ key }: AdmittedSubscription, principal: Principal): string =>
    `${generation}${JSON.stringify(principal)}${key}`

  const enlist = (entry: Entry): void => {
    const present = byKey.get(entry.key)
    if (present) present.push(entry)
    else byKey.set(entry.key, [entry])
  }

  const strike = (entry: Entry): void => {
    const left = byKey.get(entry.key)?.filter((other) => other !== entry) ?? []
    if (left.length > 0) byKey.set(entry.key, left)
    else byKey.delete(entry.key)
  }

  /** After an event: its members go over to an older stream that stands where it stands. */
  const onMoved = (stream: SharedStream): void => {
    const entry = entries.get(stream)
    if (!entry) return
    if (stream.isEnded) {
      entries.delete(stream)
      return strike(entry)
    }
    const { cursor } = stream
    if (cursor === undefined || (byKey.get(entry.key)?.length ?? 0) < 2) return
    for (const { stream: older } of byKey.get(entry.key) ?? []) {
      if (older === stream) return
      if (older.cursor === cursor) return stream.joinTo(older)
    }
  }

  const isJoinable = (stream: SharedStream, { admitted, after }: Joining): boolean => {
    const start = after ?? admitted.after
    if (!stream.hasDelivered && stream.after === start) return true
    if (!admitted.isResumable) return false
    return start === undefined ? stream.after === undefined : start === stream.cursor
  }

  const open = (joining: Joining, key: string): SharedStream => {
    const { admitted, opened, correlation, after, query, incoming } = joining
    const stream = new SharedStream({ admitted, opened, correlation, after, report, onMoved })
    const { request } = opened
    const entry = { stream, principal: request.principal, query, incoming, key }
    entries.set(stream, entry)
    enlist(entry)
    if (openAccess && watch) {
      const release = watch({
        principal: request.principal,
        review: async () => {
          const denied = stream.review({ ...request, access: await openAccess(request.principal) })
          if (denied) stream.fail(denied)
        },
      })
      request.cancellation.enter({ cancel: release })
    }
    // The graph may have changed since it was admitted.
    if (joining.engine !== engines.current()) void renewed(entry)
    return stream
  }

  /** Ended where the new generation has no such operation, or denies it; else it goes on by what that says. */
  const renew = async (entry: Entry, engine: Engine): Promise<void> => {
    const { stream, principal, query, incoming } = entry
    const read = documents.read(query, engine.supergraph.apiSchema)
    if (!('document' in read)) {
      stream.fail(read[0] ?? catalogued('GRAPHQL_VALIDATION_FAILED'))
      return
    }
    const { request } = stream.opened
    const admitted = await engine.admit({ ...incoming, ...read }, { ...request, access: await openAccess?.(principal) })
    if (stream.isEnded || engine !== engines.current()) return
    if (!isAdmitted(admitted)) {
      stream.fail(admitted.errors?.[0] ?? catalogued('INTERNAL'))
      return
    }
    strike(entry)
    entry.key = keyOf(admitted, principal)
    enlist(entry)
    await stream.renew(admitted)
  }

  const renewed = (entry: Entry): Promise<void> =>
    renew(entry, engines.current()).catch((error: unknown) => entry.stream.fail(error))

  const stopListening = engines.onUpdate(() => {
    generation++
    const waiting = [...entries.values()].values()
    const work = async (): Promise<void> => {
      for (const entry of waiting) await renewed(entry)
    }
    for (let worker = 0; worker < RENEWALS; worker++) void work()
  })

  return {
    /** `member.stream` is what it leaves by. */
    join: (joining: Joining, member: Member): void => {
      const key = keyOf(joining.admitted, joining.opened.request.principal)
      const present = byKey.get(key)?.find(({ stream }) => isJoinable(stream, joining))?.stream
      const stream = present ?? open(joining, key)
      stream.add(member)
      if (!present) void stream.start(joining.after)
    },
    stop: (): void => {
      stopListening()
      for (const stream of [...entries.keys()]) stream.fail(catalogued('SHUTTING_DOWN'))
    },
  }
}

export type SharedStreams = ReturnType<typeof createSharedStreams>

export const isAdmitted = (admitted: AdmittedSubscription | ExecutionResult): admitted is AdmittedSubscription =>
  'open' in admitted
