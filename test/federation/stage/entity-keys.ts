import { Kind, parse, type ConstDirectiveNode, type FieldNode, type SelectionSetNode } from 'graphql'
import { isThing, read } from './universe.ts'

/** The field sets of a type's keys. */
export const keysOf = (directives: readonly ConstDirectiveNode[]): readonly SelectionSetNode[] =>
  directives.flatMap((directive) => {
    const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value
    return directive.name.value === 'key' && fields?.kind === Kind.STRING ? [fieldSet(fields.value)] : []
  })

const fieldSet = (fields: string): SelectionSetNode => {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`No set of fields: ${fields}`)
  return operation.selectionSet
}

const fieldsOf = ({ selections }: SelectionSetNode): readonly FieldNode[] =>
  selections.filter((selection): selection is FieldNode => selection.kind === Kind.FIELD)

/** Whether a representation has every field of a key. */
export const isWhole = (key: SelectionSetNode, sent: unknown): boolean => {
  if (Array.isArray(sent)) return sent.every((item) => isWhole(key, item))
  if (!isThing(sent)) return sent === null
  return fieldsOf(key).every(({ name: { value }, selectionSet }) => {
    const given = sent[value]
    return given !== undefined && (!selectionSet || isWhole(selectionSet, given))
  })
}

/** Whether a representation names an object by a key. */
export const isNamed = (key: SelectionSetNode, sent: unknown, value: unknown): boolean => {
  if (Array.isArray(sent) && Array.isArray(value))
    return sent.length === value.length && sent.every((item, index) => isNamed(key, item, value[index]))
  if (!isThing(sent) || !isThing(value)) return (sent ?? null) === (value ?? null)
  return fieldsOf(key).every(({ name, selectionSet }) => {
    const own = read(value, name.value, {})
    const given = sent[name.value]
    return selectionSet ? isNamed(selectionSet, given, own) : JSON.stringify(given) === JSON.stringify(own)
  })
}
