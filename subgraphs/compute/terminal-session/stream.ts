import { LiveStream, type Found } from '../../../platform/subgraph/live-stream.ts'
import type { TerminalSession } from './model.ts'

/** What a stream needs of its surroundings. */
export interface TerminalStreamParts {
  /** The version after which it begins; undefined: with the session as it is now. */
  readonly after: number | undefined
  /** Asked before anything is read or shown; rejects with the denial when the caller may no longer ask. */
  readonly authorize: () => Promise<void>
  /**
   * The session as it was at each version after one, oldest first, some at a time; undefined: as it is now. `over`: it
   * is CLOSED, and nothing comes after the version.
   */
  readonly read: (after: number | undefined) => Promise<readonly TerminalSession[] | 'over'>
  /** How long it waits at most before it looks by itself. */
  readonly pollEveryMs: number
  /** Called once, when it has ended, however it did. */
  readonly onEnd: () => void
}

/**
 * A session from a version on: every state in order, each once, until it is CLOSED. The live rule (realtime.md): what is
 * known is passed over, what comes next is shown, and where something lies between it is read from the log. Hints only
 * say when to look, and a slow look finds what no hint told.
 */
export class TerminalStream extends LiveStream<TerminalSession> {
  readonly #parts: TerminalStreamParts
  #position: number | undefined
  #ready: TerminalSession[] = []

  constructor(parts: TerminalStreamParts) {
    super(parts.pollEveryMs)
    this.#parts = parts
    this.#position = parts.after
  }

  /** There may be something at this version. */
  hint(version: number): void {
    if (version > (this.#position ?? 0)) this.wake()
  }

  /** A closed session never changes again. */
  protected async look(): Promise<Found<TerminalSession>> {
    await this.#parts.authorize()
    if (this.#ready.length === 0) {
      const found = await this.#parts.read(this.#position)
      if (found === 'over') this.finish()
      else this.#ready = [...found]
    }
    const item = this.#ready.shift()
    if (item === undefined) return undefined
    this.#position = item.version
    if (item.state === 'CLOSED') this.finish()
    return { item }
  }

  protected onEnded(): void {
    this.#ready = []
    this.#parts.onEnd()
  }
}
