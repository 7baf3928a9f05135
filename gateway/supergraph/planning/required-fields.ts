import type { ArgumentNode } from 'graphql'

/**
 * A field that some `@requires` asks for with arguments. The planner (2.14) tells such a requirement apart neither from
 * the caller's own selection of that field nor from another requirement with other arguments, and merges them; so it
 * plans with a field of its own for each, under a name that no caller can use.
 */
export interface RequiredField {
  readonly name: string
  readonly arguments: readonly ArgumentNode[]
}

export interface RequiredFields {
  /** By the name that the planner knows them by. */
  readonly byName: ReadonlyMap<string, RequiredField>
  /** What a field of a subgraph requires of them: `a Product.shippingEstimate` → their names. */
  readonly of: (subgraph: string, type: string, field: string) => ReadonlySet<string>
  /** All that a field of a subgraph requires, by the names that the planner knows; of nested objects as `size.height`. */
  readonly needs: (subgraph: string, type: string, field: string) => ReadonlySet<string>
  /** The fields of a type's keys, named in the same way. */
  readonly keys: (type: string) => ReadonlySet<string>
  readonly hasNoRequirements: boolean
}
