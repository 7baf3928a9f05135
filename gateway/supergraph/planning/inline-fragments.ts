import type { FetchNode } from '@apollo/query-planner'
import { Kind, print, visit } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { fragmentsOf } from './fragments-of.ts'

/**
 * A fetch of entities whose fragments stand where they are asked for. The planner (2.14) uses the caller's again, which
 * would have to be told apart by where they are used: what is split or changed of a fetch is so by its selections.
 */
export const inlineFragments = (node: FetchNode): FetchNode => {
  const document = documentOf(node)
  const fragments = fragmentsOf(document)
  if (!node.requires || fragments.size === 0) return node
  const inlined = visit(document, {
    FragmentDefinition: () => null,
    FragmentSpread: ({ name, directives = [] }) => {
      const fragment = fragments.get(name.value)
      if (!fragment) return undefined
      const { typeCondition, selectionSet } = fragment
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }
    },
  })
  return { ...node, operation: print(inlined), operationDocumentNode: inlined }
}
