import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from './fragments-of.ts'

/** Whether a document of one operation asks for anything that only a subgraph can answer. */
export const needsFetch = (document: DocumentNode): boolean => {
  const fragments = fragmentsOf(document)
  const asks = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return !selection.name.value.startsWith('__')
        case Kind.INLINE_FRAGMENT:
          return asks(selection.selectionSet)
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value)
          return fragment !== undefined && asks(fragment.selectionSet)
        }
      }
    })
  return document.definitions.some((node) => node.kind === Kind.OPERATION_DEFINITION && asks(node.selectionSet))
}
