import { Kind, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql'
import type { Fragments } from './collect-fields.ts'

/** Reads the values of the variables that `@skip` and `@include` use, defaults applied. */
export type ReadConditions = (variables: Readonly<Record<string, unknown>>) => ReadonlyMap<string, boolean>

const NONE: ReadonlyMap<string, boolean> = new Map()

export const compileConditions = (operation: OperationDefinitionNode, fragments: Fragments): ReadConditions => {
  const names = conditionVariables({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] })
  if (names.size === 0) return () => NONE
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.BOOLEAN && defaultValue.value,
    ]),
  )
  return (variables) => {
    const values = new Map<string, boolean>()
    for (const name of names) {
      const sent = Object.hasOwn(variables, name) ? variables[name] : undefined
      values.set(name, sent === undefined ? (defaults.get(name) ?? false) : sent === true)
    }
    return values
  }
}

/** One text for each combination of values: the key of what was compiled for it. */
export const conditionsKey = (conditions: ReadonlyMap<string, boolean>): string => {
  let key = ''
  for (const value of conditions.values()) key += value ? '1' : '0'
  return key
}

const conditionVariables = (document: DocumentNode): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: args }) => {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return names
}
