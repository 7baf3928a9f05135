import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import { visit, type DocumentNode } from 'graphql'

/** Measured: what stays on the heap for each node of a document that is kept, and what is compiled from it. */
const BYTES_OF_NODE = 650
/** Measured: for each character of a fetch, its document, its shapes and its writers. */
const BYTES_OF_CHARACTER = 88
const BYTES_OF_FETCH = 4300

/** About how many bytes a document and what is prepared from it take, its text included; never exact, and of the right size. */
export const weightOfDocument = (document: DocumentNode): number => {
  let nodes = 0
  visit(document, {
    enter: () => {
      nodes++
    },
  })
  // The text stays with the document, however much of it is space.
  return nodes * BYTES_OF_NODE + (document.loc?.source.body.length ?? 0)
}

/** About how many bytes a plan takes once it is compiled. */
export const weightOfPlan = ({ node }: QueryPlan): number => {
  if (!node) return 0
  if (node.kind !== 'Subscription') return weightOfNode(node)
  return weightOfNode(node.primary) + (node.rest ? weightOfNode(node.rest) : 0)
}

const weightOfNode = (node: PlanNode): number => {
  switch (node.kind) {
    case 'Fetch':
      return BYTES_OF_FETCH + node.operation.length * BYTES_OF_CHARACTER
    case 'Flatten':
      return weightOfNode(node.node)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.reduce((sum, child) => sum + weightOfNode(child), 0)
    case 'Condition':
      return (node.ifClause ? weightOfNode(node.ifClause) : 0) + (node.elseClause ? weightOfNode(node.elseClause) : 0)
    case 'Defer':
      return 0
  }
}
