import { getOperationAST, OperationTypeNode, type ExecutionResult } from 'graphql'
import type { Principal } from '../../platform/access/principal.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { newCorrelation, runWithCorrelation, type Correlation } from '../../platform/log/correlation.ts'
import type { EdgeMetrics } from '../../platform/metrics/metrics-edge.ts'
import { isRetryable } from '../errors/is-retryable.ts'
import type { Engine, IncomingOperation } from '../execution/engine.ts'
import { openContext, type OpenedContext } from '../http/operation-context.ts'
import type { Limits } from '../operation/limits.ts'
import { Timeouts } from '../transport/timeouts.ts'
import { sharedEvent, type SharedEvent } from './shared-event.ts'
import type { Member, SharedStream } from './shared-stream.ts'
import { createSharedStreams, isAdmitted, type SharedStreams, type SharedStreamsParts } from './shared-streams.ts'

export interface LiveOperationsParts extends SharedStreamsParts {
  readonly limits: Limits
  readonly metrics: EdgeMetrics | undefined
}

/** An operation as a client sent it. */
export interface Asked {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly principal: Principal
  readonly correlation?: Correlation | undefined
  /** The cursor behind which a subscription that has positions goes on, wherever its arguments say that it begins. */
  readonly after?: string | undefined
}

/** Where the answers of one operation go. Nothing comes after `refuse`, `fail` or `complete`. */
export interface Sink {
  /** A subscription was admitted: what comes are its events. */
  readonly open?: () => void
  /** Nothing ran: what is wrong with the request. */
  readonly refuse: (errors: readonly unknown[]) => void
  /** The one answer of a query or a mutation, or of a subscription that is refused. */
  readonly answer: (event: SharedEvent) => void
  /** An event of a subscription; false where the client is too slow to be sent it. */
  readonly next: (event: SharedEvent) => boolean
  /** Resolves when the client has read what was sent; undefined where nothing waits for it. */
  readonly drained: () => Promise<void> | undefined
  /** It ends before its end. */
  readonly fail: (error: unknown) => void
  readonly complete: () => void
}

/** One operation under way. */
export interface LiveOperation {
  /** The client wants no more of it: nothing comes after this. */
  readonly cancel: () => void
}

/** Operations that are answered by any number of events, whatever carries those; queries and mutations by one. */
export const createLiveOperations = (parts: LiveOperationsParts) => {
  const streams = createSharedStreams(parts)
  const running = { ...parts, timeouts: new Timeouts(parts.limits.requestTimeoutMs) }
  return {
    start: (asked: Asked, sink: Sink): LiveOperation => {
      const operation = new RunningOperation(running, streams, asked, sink)
      // Nothing reaches the sink before its owner knows the operation.
      queueMicrotask(() => void operation.run())
      return operation
    },
    stop: streams.stop,
  }
}

export type LiveOperations = ReturnType<typeof createLiveOperations>

/** What all of them share. */
interface RunningParts extends LiveOperationsParts {
  readonly timeouts: Timeouts
}

class RunningOperation implements LiveOperation, Member {
  stream: SharedStream | undefined
  readonly #parts: RunningParts
  readonly #streams: SharedStreams
  #sink: Sink | undefined
  #asked: Asked | undefined
  /** Of the last event that the client was sent, or where it began. */
  #cursor: string | undefined
  #opened: OpenedContext | undefined
  #isCounted = false

  constructor(parts: RunningParts, streams: SharedStreams, asked: Asked, sink: Sink) {
    this.#parts = parts
    this.#streams = streams
    this.#asked = asked
    this.#sink = sink
  }

  cancel(): void {
    this.#release()
  }

  next(event: SharedEvent): void {
    if (!this.#sink) return
    if (this.#sink.next(event)) this.#cursor = event.cursor ?? this.#cursor
    else this.fail(catalogued('SLOW_CONSUMER'))
  }

  drained(): Promise<void> | undefined {
    return this.#sink?.drained()
  }

  answered(answer: SharedEvent): void {
    const sink = this.#release()
    sink?.answer(answer)
    sink?.complete()
  }

  fail(error: unknown): void {
    this.#release()?.fail(this.#withCursor(error))
  }

  complete(): void {
    this.#release()?.complete()
  }

  async run(): Promise<void> {
    const asked = this.#asked
    this.#asked = undefined
    if (!asked) return
    const correlation = asked.correlation ?? newCorrelation()
    try {
      await runWithCorrelation(correlation, () => this.#run(asked, correlation))
    } catch (error) {
      this.#release()?.refuse([error])
    }
  }

  async #run(asked: Asked, correlation: Correlation): Promise<void> {
    const { engines, documents, openAccess, timeouts } = this.#parts
    const engine = engines.current()
    const read = documents.read(asked.query, engine.supergraph.apiSchema)
    if (!('document' in read)) return this.#release()?.refuse(read)
    const { operationName, variables, principal } = asked
    const found = getOperationAST(read.document, operationName)
    if (!found) throw catalogued('OPERATION_NOT_FOUND')
    const lasts = found.operation === OperationTypeNode.SUBSCRIPTION
    const opened = await openContext({
      principal,
      correlationId: correlation.correlationId,
      openAccess,
      timeouts: lasts ? undefined : timeouts,
    })
    if (!this.#sink) {
      opened.cancel()
      return
    }
    const incoming = { ...read, operationName, variables }
    if (lasts) return this.#subscribe(asked, { engine, incoming, opened, correlation })
    this.#opened = opened
    const result = await engine.execute(incoming, opened.request)
    opened.finish()
    this.#answer(result, correlation)
  }

  async #subscribe(asked: Asked, started: Started): Promise<void> {
    const { engine, incoming, opened, correlation } = started
    const admitted = await engine.admit(incoming, opened.request)
    if (!this.#sink) {
      opened.cancel()
      return
    }
    if (!isAdmitted(admitted)) {
      this.#answer(admitted, correlation)
      return
    }
    const after = admitted.isResumable ? asked.after : undefined
    this.#cursor = after ?? admitted.after
    this.#sink.open?.()
    this.#isCounted = true
    this.#parts.metrics?.subscriptionOpened()
    this.#streams.join({ engine, incoming, query: asked.query, admitted, opened, correlation, after }, this)
  }

  #answer(result: ExecutionResult, { correlationId }: Correlation): void {
    this.answered(sharedEvent(result, { report: this.#parts.report, correlationId }))
  }

  /** What may be tried again says where to go on. */
  #withCursor(error: unknown): unknown {
    if (this.#cursor === undefined || !isRetryable(error)) return error
    return catalogued(error.code, { ...error.details, cursor: this.#cursor }, { message: error.message, cause: error })
  }

  /** The sink, for one last word. */
  #release(): Sink | undefined {
    const sink = this.#sink
    this.#sink = undefined
    this.#opened?.cancel()
    this.stream?.leave(this)
    if (this.#isCounted) this.#parts.metrics?.subscriptionClosed()
    this.#isCounted = false
    return sink
  }
}

interface Started {
  readonly engine: Engine
  readonly incoming: IncomingOperation
  readonly opened: OpenedContext
  readonly correlation: Correlation
}
