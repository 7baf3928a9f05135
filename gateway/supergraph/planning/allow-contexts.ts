import { Kind, type ConstDirectiveNode, type DocumentNode } from 'graphql'
import { argumentOf } from './join-directives.ts'

const CONTEXT = 'https://specs.apollo.dev/context/v0.1'

/**
 * A supergraph whose contexts the planner takes: it (2.14) plans them, and by default refuses them, for @apollo/gateway
 * does not keep them.
 */
export const allowContexts = (document: DocumentNode): DocumentNode => {
  const isContext = (directive: ConstDirectiveNode): boolean => {
    const url = argumentOf(directive, 'url')
    return url?.kind === Kind.STRING && url.value === CONTEXT
  }
  const definitions = document.definitions.map((node) => {
    if (node.kind !== Kind.SCHEMA_DEFINITION || !node.directives?.some(isContext)) return node
    return {
      ...node,
      directives: node.directives.map((directive) =>
        isContext(directive)
          ? { ...directive, arguments: (directive.arguments ?? []).filter(({ name }) => name.value !== 'for') }
          : directive,
      ),
    }
  })
  return definitions.every((node, index) => node === document.definitions[index])
    ? document
    : { ...document, definitions }
}
