import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CataloguedError } from '../../platform/errors/catalogue.ts'
import { runWithCorrelation, type Correlation } from '../../platform/log/correlation.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import { toGraphQLError } from '../errors/graphql-error.ts'
import type { AdmittedSubscription } from '../execution/engine.ts'
import type { SubscriptionEvent, SubscriptionEvents } from '../execution/subscription.ts'
import type { OpenedContext } from '../http/operation-context.ts'
import { sharedEvent, type SharedEvent } from './shared-event.ts'

/** One subscriber of a stream. Hears nothing after `fail` or `complete`. */
export interface Member {
  /** The stream it is a member of now. */
  stream: SharedStream | undefined
  readonly next: (event: SharedEvent) => void
  /** Resolves when it has read what was sent; undefined where nothing waits for it. */
  readonly drained: () => Promise<void> | undefined
  /** There is no stream, but this answer. */
  readonly answered: (answer: SharedEvent) => void
  readonly fail: (error: unknown) => void
  readonly complete: () => void
}

export interface StreamParts {
  readonly admitted: AdmittedSubscription
  /** The caller that all members are: what is asked for them is asked as that caller. */
  readonly opened: OpenedContext
  readonly correlation: Correlation
  /** The cursor behind which it begins; undefined: where the client asks to begin. */
  readonly after: string | undefined
  readonly report: ReportError
  /** After each event, and when it is over. */
  readonly onMoved: (stream: SharedStream) => void
}

/** Members that are served before others of the process have their turn. */
const TURN = 512
const PATIENCE_MS = 2000

/** One stream of a subgraph and the subscribers whom each of its events is completed and serialised for, once. */
export class SharedStream {
  readonly #members = new Set<Member>()
  /** Where it began. */
  readonly after: string | undefined
  readonly opened: OpenedContext
  readonly correlation: Correlation
  /** Where it stands; undefined before its first event, and for a stream without positions. */
  cursor: string | undefined
  hasDelivered = false
  isEnded = false
  #admitted: AdmittedSubscription
  /** By a later generation of the graph, on whose way it does not go yet. */
  #later: AdmittedSubscription | undefined
  #events: SubscriptionEvents | undefined
  #isImpatient = false
  #pumping: Promise<void> = Promise.resolve()
  readonly #report: ReportError
  readonly #onMoved: (stream: SharedStream) => void

  constructor({ admitted, opened, correlation, after, report, onMoved }: StreamParts) {
    this.#admitted = admitted
    this.opened = opened
    this.correlation = correlation
    this.after = after ?? admitted.after
    this.#report = report
    this.#onMoved = onMoved
  }

  /** Opens it; a refusal is its first and only answer, or where it went on somewhere else, its end. */
  async start(after: string | undefined): Promise<void> {
    const admitted = this.#admitted
    try {
      const events = await runWithCorrelation(this.correlation, () => admitted.open(this.opened.request, after))
      // A later generation has begun it anew meanwhile.
      if (this.#admitted === admitted) this.#follow(events)
      else stop(events)
    } catch (error) {
      if (this.#admitted !== admitted) return
      if (this.hasDelivered) {
        this.fail(error)
        return
      }
      const refusal = this.#eventOf({ result: { errors: [toGraphQLError(error)] }, cursor: undefined })
      this.#end((member) => member.answered(refusal))
    }
  }

  /** Who joins while an event is delivered is sent what comes after it. */
  add(member: Member): void {
    member.stream = this
    this.#members.add(member)
  }

  /** The last to leave ends it. */
  leave(member: Member): void {
    this.#members.delete(member)
    member.stream = undefined
    if (this.#members.size === 0) this.#end(() => undefined)
  }

  /** Its members go over to a stream that stands where it stands; it is over. */
  joinTo(other: SharedStream): void {
    for (const member of [...this.#members]) {
      this.leave(member)
      other.add(member)
    }
  }

  /** Why it may not stay open by the access of this moment, if it may not. */
  review(request: OpenedContext['request']): CataloguedError | undefined {
    return this.#admitted.review(request) ?? this.#later?.review(request)
  }

  fail(error: unknown): void {
    this.#end((member) => member.fail(error))
  }

  /**
   * The graph has a new generation, which admits it as well. Where it has positions it goes on there, behind its last
   * event; without them it stays on the stream that it has, decided by both generations.
   */
  async renew(admitted: AdmittedSubscription): Promise<void> {
    this.#later = admitted
    if (admitted.isResumable && this.position !== undefined) await this.#turn(admitted)
  }

  get position(): string | undefined {
    return this.cursor ?? this.after
  }

  async #turn(admitted: AdmittedSubscription): Promise<void> {
    this.#admitted = admitted
    this.#later = undefined
    const before = this.#events
    this.#events = undefined
    if (before) stop(before)
    await this.start(this.position)
  }

  #follow(events: SubscriptionEvents): void {
    if (this.isEnded) return stop(events)
    this.#events = events
    const before = this.#pumping
    this.#pumping = runWithCorrelation(this.correlation, () => before.then(() => this.#pump(events)))
  }

  async #pump(events: SubscriptionEvents): Promise<void> {
    const isCurrent = (): boolean => this.#events === events && !this.isEnded
    try {
      for (;;) {
        const event = await events.next()
        if (!isCurrent()) return
        if (event.done === true) break
        await this.#deliver(event.value)
        if (!isCurrent()) return
        await this.#patience()
        if (!isCurrent()) return
        if (this.#later?.isResumable && this.cursor !== undefined) return void this.#turn(this.#later)
      }
      this.#end((member) => member.complete())
    } catch (error) {
      if (isCurrent()) this.fail(error)
    }
  }

  /**
   * Who catches up alone reads as fast as they can: what they missed is not thrown at them, unless they read nothing
   * at all for a while.
   */
  async #patience(): Promise<void> {
    const [member, another] = this.#members
    const drained = this.after === undefined || another || this.#isImpatient ? undefined : member?.drained()
    if (!drained) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#isImpatient = true
        resolve()
      }, PATIENCE_MS).unref()
    })
    await Promise.race([drained, late])
    clearTimeout(timer)
  }

  async #deliver(event: SubscriptionEvent): Promise<void> {
    const shared = this.#eventOf(event)
    this.hasDelivered = true
    this.cursor = event.cursor ?? this.cursor
    let served = 0
    for (const member of [...this.#members]) {
      if (served > 0 && served % TURN === 0) await nextTurn()
      if (this.#members.has(member)) member.next(shared)
      served++
    }
    this.#onMoved(this)
  }

  #eventOf({ result, cursor }: SubscriptionEvent): SharedEvent {
    return sharedEvent(result, { report: this.#report, correlationId: this.correlation.correlationId }, cursor)
  }

  #end(tell: (member: Member) => void): void {
    if (this.isEnded) return
    this.isEnded = true
    const members = [...this.#members]
    this.#members.clear()
    this.opened.cancel()
    if (this.#events) stop(this.#events)
    runWithCorrelation(this.correlation, () => {
      for (const member of members) {
        member.stream = undefined
        tell(member)
      }
    })
    this.#onMoved(this)
  }
}

/** What its source says of its end is nobody's concern any more. */
const stop = (events: SubscriptionEvents): void => {
  events.return?.().catch(() => undefined)
}
