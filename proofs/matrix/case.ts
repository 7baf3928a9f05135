import type { Place } from '../model/expectation.ts'
import type { ModelRule } from '../model/rule.ts'

/** By which door a case asks. */
export type Door = { readonly kind: 'gateway' } | { readonly kind: 'subgraph'; readonly name: string }

/** One coordinate asked through one door, by whomever. */
export interface Case {
  /** `Query.project`; of an entity its key: `Project(id)`; of a guarded field of it: `Project.apps`. */
  readonly coordinate: string
  readonly door: Door
  readonly operation: 'query' | 'mutation' | 'subscription'
  readonly query: string
  /** Made anew for each request: names must not be taken. */
  readonly variables: () => Readonly<Record<string, unknown>>
  /** Where the answer is. */
  readonly path: readonly (string | number)[]
  /** `thing`: null where it should be allowed is a failure. `field`: a field of a thing, which may be null. */
  readonly answers: 'thing' | 'field'
  /** Everything that is to be met, in the order in which it is decided. */
  readonly rules: readonly ModelRule[]
  readonly place: Place
  readonly freshness: 'any' | 'fresh second factor'
  /** The same code for everybody, whoever asks. */
  readonly refusal?: string
}

/** A coordinate that nobody asked for, and why. */
export interface Untested {
  readonly coordinate: string
  readonly why: string
}

export interface Cases {
  readonly cases: readonly Case[]
  readonly untested: readonly Untested[]
  /** How many coordinates there are to test: root fields, entity keys, guarded fields. */
  readonly coordinates: { readonly root: number; readonly entity: number; readonly field: number }
}

export const doorName = (door: Door): string => (door.kind === 'gateway' ? 'gateway' : `subgraph ${door.name}`)
