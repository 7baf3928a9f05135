import { getNamedType, isObjectType, type GraphQLOutputType, type GraphQLSchema } from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import { isGuarded } from '../../directives/verdict.ts'

/** What of a graph asks something of its caller. */
export interface Guards {
  /** False for a graph that does not use the scope family: then nothing is ever decided. */
  readonly exist: boolean
  readonly object: (type: string) => boolean
  /** By the field's own rule, that of its object, or that of the object it returns. */
  readonly field: (type: string, field: string) => boolean
}

export const guardsOf = (schema: GraphQLSchema, rules: Rules): Guards => {
  const guarded = new Set(
    [...rules.values()].filter(({ scopes }) => scopes.some(isGuarded)).map(({ coordinate }) => coordinate),
  )
  const returnsGuarded = (type: GraphQLOutputType): boolean => {
    const named = getNamedType(type)
    return isObjectType(named) && guarded.has(named.name)
  }
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (guarded.has(type.name) || returnsGuarded(field.type)) guarded.add(`${type.name}.${field.name}`)
    }
  }
  return {
    exist: guarded.size > 0,
    object: (type) => guarded.has(type),
    field: (type, field) => guarded.has(`${type}.${field}`),
  }
}
