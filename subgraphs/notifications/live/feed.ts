import type { Channel, Post } from '../channel/model.ts'
import type { Hint } from './hints.ts'

/** What a feed needs of its surroundings. */
export interface FeedParts {
  readonly channel: Channel
  /** What the log holds after a place, oldest first, some at a time. */
  readonly read: (after: bigint) => Promise<readonly Post[]>
  /** Told that the log could not be read; the feed tries again when it is told anew how far the channel is. */
  readonly onFailure: (error: unknown) => void
}

/** How many of the latest notices are kept for the streams that are about to take them. */
const KEPT: Readonly<Record<Channel['kind'], number>> = { USER: 32, ORGANIZATION: 256, BROADCAST: 256 }

/**
 * One channel, as far as this process has heard of it: shared by all streams that follow it, so that each notice is heard
 * or read once. Hints and polls both say how far the channel is; what is the very next is taken from the hint, and every
 * gap is read from the log (realtime.md, the live rule).
 */
export class ChannelFeed {
  readonly #parts: FeedParts
  readonly #followers = new Set<() => void>()
  #head: bigint | undefined
  /** As far as somebody said that the channel is. */
  #told = 0n
  /** The latest notices, without a gap, the last of them at `#head`. */
  #recent: Post[] = []
  #isReading = false
  #revision = 0

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  get channel(): Channel {
    return this.#parts.channel
  }

  /** As far as it was heard or read without a gap; nobody's place is beyond it. */
  get head(): bigint {
    return this.#head ?? 0n
  }

  /** Another one whenever its user decided anew what they want to be told of. */
  get revision(): number {
    return this.#revision
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0
  }

  /** Is called whenever there is more. Gives the way to leave. */
  follow(onMore: () => void): () => void {
    this.#followers.add(onMore)
    return () => this.#followers.delete(onMore)
  }

  /** The channel is at least this far: nothing that came before the first such word is kept. */
  reach(last: bigint): void {
    if (last > this.#told) this.#told = last
    this.#head ??= last
    void this.#catchUp()
  }

  hint(hint: Hint): void {
    if (hint.kind === 'preferences') {
      this.#revision += 1
      return
    }
    const { sequence, post } = hint
    if (sequence > this.#told) this.#told = sequence
    if (this.#head === undefined || sequence <= this.#head) return
    if (sequence === this.#head + 1n && !this.#isReading) this.#take([post])
    else void this.#catchUp()
  }

  /** The notice after a place; `unknown` when only the log has it; undefined when there is none yet. */
  after(place: bigint): Post | 'unknown' | undefined {
    if (this.#head === undefined || place >= this.#head) return undefined
    return this.#recent.at(Number(place - this.#head)) ?? 'unknown'
  }

  /** Keeps nothing any more of what was heard: who is behind reads the log. */
  forget(): void {
    this.#recent = []
  }

  #take(posts: readonly Post[]): void {
    const [first] = posts
    if (this.#head === undefined || first === undefined) return
    if (first.sequence !== this.#head + 1n) this.#recent = []
    this.#recent = [...this.#recent, ...posts].slice(-KEPT[this.channel.kind])
    this.#head = posts.at(-1)?.sequence
    for (const onMore of this.#followers) onMore()
  }

  /** Reads what was told of and not heard. One at a time: what comes meanwhile is read by the same turn. */
  async #catchUp(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#head !== undefined && this.#told > this.#head) {
        const posts = await this.#parts.read(this.#head)
        if (posts.length === 0) this.#told = this.#head // what was told of is not there
        this.#take(posts)
      }
    } catch (error) {
      this.#parts.onFailure(error)
    } finally {
      this.#isReading = false
    }
  }
}
