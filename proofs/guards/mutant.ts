/** A guard that was taken away, and what noticed; nothing did where it survived. */
export interface Mutant {
  /** What kind of guard: `directive`, `policy`, `composite key`. */
  readonly kind: string
  readonly name: string
  readonly noticedBy: string | undefined
}
