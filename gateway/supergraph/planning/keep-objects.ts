import { Kind, visit, type DocumentNode, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from './fragments-of.ts'

export const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const

/**
 * Asks for the type name of every object of which variables may leave out all else. The planner (2.14) leaves out the object
 * itself where conditions within it contradict those of its own; it is an empty one. And of the objects of fields that are
 * `narrowed`: who asks a subgraph that knows but one type of them is not told which it is.
 */
export const keepObjects = (document: DocumentNode, narrowed: ReadonlySet<string> = new Set()): DocumentNode => {
  const fragments = fragmentsOf(document)
  /** One that no variable leaves out. */
  const hasField = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.directives?.length) return false
      switch (selection.kind) {
        case Kind.FIELD:
          return !selection.name.value.startsWith('__')
        case Kind.INLINE_FRAGMENT:
          return hasField(selection.selectionSet)
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value)
          return fragment !== undefined && hasField(fragment.selectionSet)
        }
      }
    })
  return visit(document, {
    Field: (field) =>
      field.selectionSet && (narrowed.has(field.name.value) || !hasField(field.selectionSet))
        ? {
            ...field,
            selectionSet: { ...field.selectionSet, selections: [...field.selectionSet.selections, TYPENAME] },
          }
        : undefined,
  })
}
