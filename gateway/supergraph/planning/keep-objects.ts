import { Kind, visit, type DocumentNode, type SelectionSetNode } from 'graphql'

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const

/**
 * Asks for the type name of every object of which variables may leave out all else. The planner (2.14) leaves out the object
 * itself where conditions within it contradict those of its own; it is an empty one.
 */
export const keepObjects = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Field: (field) =>
      field.selectionSet && !hasField(field.selectionSet)
        ? {
            ...field,
            selectionSet: { ...field.selectionSet, selections: [...field.selectionSet.selections, TYPENAME] },
          }
        : undefined,
  })

/** One that no variable leaves out. */
const hasField = ({ selections }: SelectionSetNode): boolean =>
  selections.some(
    (selection) =>
      selection.kind === Kind.FIELD && !selection.directives?.length && !selection.name.value.startsWith('__'),
  )
