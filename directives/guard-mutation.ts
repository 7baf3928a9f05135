import type { GraphQLResolveInfo, OperationDefinitionNode } from 'graphql'
import type { FieldDenial } from './field-denial.ts'
import { accessOf, type Call } from './guard-context.ts'
import type { AnyField } from './guard-fields.ts'
import type { FieldGuards } from './guard-resolver.ts'
import { rootFieldsOf } from './root-fields.ts'
import type { Access } from '../platform/access/access.ts'

/** The denied root fields of a mutation, by their names in the answer. */
export type MutationDenials = ReadonlyMap<string, FieldDenial>

interface Decided {
  readonly operation: OperationDefinitionNode
  readonly variableValues: GraphQLResolveInfo['variableValues']
  readonly denials: Promise<MutationDenials>
}

/** Arguments that do not fit fail their own field when it is called, as the executor tells it. */
const valuesOf = (values: () => unknown): { readonly values: unknown } | undefined => {
  try {
    return { values: values() }
  } catch {
    return undefined
  }
}

/**
 * Decides a mutation as a whole, before the first of its fields runs: one that is denied leaves nothing written
 * (authorization.md). By grants that were read for this mutation: a message of a revocation that was lost may cost
 * seconds, never the correctness of a write (architecture.md).
 */
export const mutationDecider = (
  guards: ReadonlyMap<AnyField, Pick<FieldGuards, 'check' | 'onDenied'>>,
): ((call: Call) => Promise<MutationDenials>) => {
  const decided = new WeakMap<Access, Decided>()

  const decide = async ({ context, info }: Call): Promise<MutationDenials> => {
    const access = accessOf(context)
    await access.ensureFresh()
    const denials = new Map<string, FieldDenial>()
    for (const { key, field, values } of rootFieldsOf(info)) {
      const { check, onDenied } = guards.get(field) ?? {}
      const coerced = check && valuesOf(values)
      const denial = coerced && (await check(info.rootValue, coerced.values, { context, info }))
      if (denial === undefined) continue
      denials.set(key, denial)
      onDenied?.(denial, access)
    }
    return denials
  }

  // One access may run several mutations, one after the other: a gateway's plan has one for each subgraph.
  return (call) => {
    const { operation, variableValues } = call.info
    const access = accessOf(call.context)
    const held = decided.get(access)
    if (held?.operation === operation && held.variableValues === variableValues) return held.denials
    const denials = decide(call)
    decided.set(access, { operation, variableValues, denials })
    return denials
  }
}
