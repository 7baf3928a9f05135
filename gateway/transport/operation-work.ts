import { Cancellation } from '../../platform/cancellation/cancellation.ts'

/**
 * What the fetches of one operation do in one subgraph: they share loaders, so that what one of them began another may
 * wait for. It ends when the request does, or when nobody waits for it any more and somebody has given up.
 */
export class OperationWork<Context> {
  readonly context: Context
  #cancellation = new Cancellation()
  #waiting = 0
  #givenUp: Error | undefined

  constructor(context: Context) {
    this.context = context
  }

  /** Of what begins now: another one when what came before was ended. */
  get cancellation(): Cancellation {
    if (this.#cancellation.reason !== undefined) this.#cancellation = new Cancellation()
    return this.#cancellation
  }

  /** A fetch waits, until it calls `leave` or `giveUp`. */
  wait(): void {
    this.#waiting++
  }

  leave(): void {
    if (--this.#waiting > 0 || this.#givenUp === undefined) return
    this.#cancellation.cancel(this.#givenUp)
    this.#givenUp = undefined
  }

  /** A fetch waits no longer; what it waited for may still be wanted by others. */
  giveUp(reason: Error): void {
    this.#givenUp ??= reason
    this.leave()
  }
}
