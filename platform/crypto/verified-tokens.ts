import { hash } from 'node:crypto'

interface Entry<Proven> {
  readonly proven: Proven
  readonly expiresAt: number
}

/**
 * Remembers which tokens were verified, so that a token costs one signature check and not one for each request.
 * Keyed by the SHA-256 of the token: this memory holds no bearer token.
 * Bounded: the entry used longest ago goes first.
 */
export class VerifiedTokens<Proven> {
  readonly #entries = new Map<string, Entry<Proven>>()
  readonly #capacity: number
  #version = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** What was verified under another version of the issuer's keys is forgotten. */
  get(token: string, now: number, version: number): Proven | undefined {
    if (version !== this.#version) this.#entries.clear()
    this.#version = version
    const key = digest(token)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.expiresAt <= now) return undefined
    this.#entries.set(key, entry)
    return entry.proven
  }

  /** `version`: that of the keys before the token was verified with them. */
  set(token: string, proven: Proven, expiresAt: number, version: number): void {
    if (version !== this.#version) return
    this.#entries.set(digest(token), { proven, expiresAt })
    if (this.#entries.size <= this.#capacity) return
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }
}

const digest = (token: string): string => hash('sha256', token, 'base64url')
