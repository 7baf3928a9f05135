import { visit, type ASTNode } from 'graphql'
import { fieldSetOf, type Types } from './join-directives.ts'

/** The names of all fields that a plan may ask for although its caller did not: those of keys and requirements. */
export const requiredNames = (types: Types): ReadonlySet<string> => {
  const names = new Set<string>()
  const add = (set: ASTNode | undefined): void => {
    if (set) visit(set, { Field: ({ name }) => void names.add(name.value) })
  }
  for (const { directives = [], fields = [] } of types.values()) {
    for (const join of directives) add(fieldSetOf(join, 'key'))
    for (const field of fields) for (const join of field.directives ?? []) add(fieldSetOf(join, 'requires'))
  }
  return names
}
