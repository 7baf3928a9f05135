import type { FetchNode } from '@apollo/query-planner'
import { parse, type DocumentNode } from 'graphql'

/** What a fetch asks its subgraph, parsed. */
export const documentOf = (node: FetchNode): DocumentNode =>
  node.operationDocumentNode ?? parse(node.operation, { noLocation: true })
