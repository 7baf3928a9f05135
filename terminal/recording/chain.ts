import { createHash } from 'node:crypto'

/** What a marker event of a recording says before the head of the chain at that place. */
export const CHECKPOINT = 'sha256 '

/** The head of a chain over lines: each is hashed behind the head before it, so that none can change, go or come. */
export class HashChain {
  #head = Buffer.alloc(32)

  add(line: string): void {
    this.#head = createHash('sha256').update(this.#head).update(line).digest()
  }

  /** SHA-256 in lower-case hexadecimal. */
  get head(): string {
    return this.#head.toString('hex')
  }
}
