/** What kind of guard a mutant takes out or weakens. */
export const GUARDS = ['directive', 'repository scope', 'policy', 'force flag', 'key', 'foreign key', 'right'] as const

export type Guard = (typeof GUARDS)[number]

/** One guard taken out or made weaker, and how to find out whether anybody notices. */
export interface Mutant {
  readonly guard: Guard
  /** `storage: Bucket.grants`, `storage.buckets tenant`, `BucketRepository`. */
  readonly coordinate: string
  /** What is changed: `@projectScoped taken out`. */
  readonly change: string
  /** Makes the change, runs the checks that should notice, and takes it back. Undefined: nobody noticed. */
  readonly noticedBy: () => Promise<string | undefined>
}

/** The fate of a mutant. */
export interface Trial {
  readonly guard: Guard
  readonly coordinate: string
  readonly change: string
  /** Undefined: it survived. */
  readonly noticedBy: string | undefined
  /** Why it could not be tried: no better than a survivor. */
  readonly fault?: string
}
