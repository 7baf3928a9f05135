import type { SubgraphResolvers } from './module.ts'

/** A feature's resolvers as code generation types them: an object of types, some of them absent. */
export type FeatureResolvers = object

/**
 * Puts the resolvers of a subgraph's features together, type by type. Throws when two features resolve one field:
 * which of them answers must not depend on their order.
 */
export const mergeResolvers = (features: readonly FeatureResolvers[]): SubgraphResolvers => {
  const merged = new Map<string, Map<string, unknown>>()
  for (const feature of features) {
    // Every property of a feature is a type with its fields, or absent.
    for (const [type, fields] of Object.entries(feature as Record<string, Record<string, unknown> | undefined>)) {
      const known = merged.get(type) ?? new Map<string, unknown>()
      for (const [field, resolver] of Object.entries(fields ?? {})) {
        if (known.has(field)) throw new Error(`Two features of a subgraph resolve ${type}.${field}`)
        known.set(field, resolver)
      }
      merged.set(type, known)
    }
  }
  const entries = [...merged].map(([type, fields]) => [type, Object.fromEntries(fields)])
  return Object.fromEntries(entries) as SubgraphResolvers // typed field by field where the features were written
}
