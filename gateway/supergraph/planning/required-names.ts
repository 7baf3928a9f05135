import { Kind, parse, visit, type ASTNode, type ConstDirectiveNode } from 'graphql'
import { argumentOf, fieldSetOf, type Types } from './join-directives.ts'

/** The names of all fields that a plan may ask for although its caller did not: those of keys, requirements and contexts. */
export const requiredNames = (types: Types): ReadonlySet<string> => {
  const names = new Set<string>()
  const add = (set: ASTNode | undefined): void => {
    if (set) visit(set, { Field: ({ name }) => void names.add(name.value) })
  }
  for (const { directives = [], fields = [] } of types.values()) {
    for (const join of directives) add(fieldSetOf(join, 'key'))
    for (const field of fields)
      for (const join of field.directives ?? []) {
        add(fieldSetOf(join, 'requires'))
        for (const selection of contextSelections(join)) add(selection)
      }
  }
  return names
}

const contextSelections = (join: ConstDirectiveNode): readonly ASTNode[] => {
  const given = argumentOf(join, 'contextArguments')
  if (given?.kind !== Kind.LIST) return []
  return given.values.flatMap((entry) => {
    if (entry.kind !== Kind.OBJECT) return []
    const selection = entry.fields.find(({ name }) => name.value === 'selection')?.value
    if (selection?.kind !== Kind.STRING) return []
    // `{ field }` of whatever sets the context, or `... on Type { field }` for each.
    const { value } = selection
    return [parse(value.trim().startsWith('{') ? value : `{${value}}`, { noLocation: true })]
  })
}
