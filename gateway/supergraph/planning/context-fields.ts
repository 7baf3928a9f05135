import { Kind, visit, type DocumentNode, type FieldNode, type SelectionSetNode } from 'graphql'
import type { ContextArgument } from './context-arguments.ts'
import type { Contexts } from './contexts.ts'

/** What is asked of objects that set a context. */
export interface ContextField {
  /** Of which they are. */
  readonly type: string
  readonly field: FieldNode
}

/** What an argument is told by objects of some types that set its context. */
export const contextFields = (
  { selection, context }: ContextArgument,
  objects: readonly string[],
  contexts: Contexts,
): readonly ContextField[] => {
  const isAmong = (type: string): boolean => contexts.objectsOf(type).some((one) => objects.includes(one))
  return selection.selections.flatMap((one): readonly ContextField[] => {
    if (one.kind === Kind.FIELD)
      return contexts
        .settersOf(context)
        .flatMap((type) => (contexts.isUnion(type) ? contexts.objectsOf(type) : [type]))
        .filter(isAmong)
        .map((type) => ({ type, field: one }))
    const type = one.kind === Kind.INLINE_FRAGMENT ? one.typeCondition?.name.value : undefined
    if (one.kind !== Kind.INLINE_FRAGMENT || type === undefined || !isAmong(type)) return []
    return fieldsIn(one.selectionSet).map((field) => ({ type, field }))
  })
}

const fieldsIn = ({ selections }: SelectionSetNode): readonly FieldNode[] =>
  selections.filter((one): one is FieldNode => one.kind === Kind.FIELD)

/** The ways below a field to the leaves that it is selected for. Composition allows fields alone there. */
export const waysBelow = ({ selectionSet }: FieldNode): readonly (readonly string[])[] =>
  selectionSet ? fieldsIn(selectionSet).flatMap((one) => waysBelow(one).map((way) => [one.name.value, ...way])) : [[]]

/** Response names for texts, one for each, none of which the document uses. */
export const unusedNames = (document: DocumentNode): ((text: string) => string) => {
  const used = new Set<string>()
  visit(document, { Name: ({ value }) => void used.add(value) })
  const names = new Map<string, string>()
  return (text) => {
    const present = names.get(text)
    if (present !== undefined) return present
    let name = `context__${String(names.size + 1)}`
    while (used.has(name)) name += '_'
    names.set(text, name)
    return name
  }
}
