import type { FetchNode } from '@apollo/query-planner'
import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { documentOf } from '../supergraph/planning/fetch-document.ts'
import type { PreparedFetch } from '../transport/transport.ts'
import { fetchedWriters } from './fetched-type-names.ts'
import { renamesOf } from './rewrite.ts'
import type { Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { shapeOf, type MergeShape } from './merge-shape.ts'
import type { Variables } from './run.ts'

/** A fetch's constant parts. */
export interface FetchParts {
  readonly prepared: PreparedFetch
  readonly isMutation: boolean
  /** What the answer's object brings: the root's, or each entity's. */
  readonly shape: MergeShape
  /** The variables of the client's operation that the fetch needs. */
  readonly variablesOf: (variables: Variables) => Record<string, unknown>
}

/** `schema` is that of the supergraph, whole. */
export const fetchParts = (node: FetchNode, schema: GraphQLSchema): FetchParts => {
  const document = documentOf(node)
  const { operation, fragments } = operationOf(document)
  const [first] = operation.selectionSet.selections
  const selections =
    node.requires && first && isEntities(first) && first.selectionSet ? first.selectionSet : operation.selectionSet
  // What a context says is never the caller's to say.
  const ofContexts = new Set(node.contextRewrites?.map(({ renameKeyTo }) => renameKeyTo))
  return {
    prepared: { subgraph: node.serviceName, operation: node.operation, operationName: node.operationName, document },
    isMutation: operation.operation === OperationTypeNode.MUTATION,
    shape: shapeOf(selections, fragments, renamesOf(node.outputRewrites), fetchedWriters(schema)),
    variablesOf: pick((node.variableUsages ?? []).filter((name) => !ofContexts.has(name))),
  }
}

/** The one operation of a document and its fragments by name. */
export const operationOf = (
  document: DocumentNode,
  operationName?: string | null,
): { operation: OperationDefinitionNode; fragments: Fragments } => {
  const fragments = new Map<string, FragmentDefinitionNode>()
  let operation: OperationDefinitionNode | undefined
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    else if (
      definition.kind === Kind.OPERATION_DEFINITION &&
      (!operationName || definition.name?.value === operationName)
    )
      operation ??= definition
  }
  if (!operation) throw new Error('A document without the operation it is compiled for')
  return { operation, fragments }
}

const isEntities = (selection: { kind: Kind; name?: unknown }): selection is FieldNode =>
  selection.kind === Kind.FIELD && (selection as FieldNode).name.value === '_entities' // its kind was just compared

const pick = (names: readonly string[]): ((variables: Variables) => Record<string, unknown>) => {
  if (names.length === 0) return () => ({})
  return (variables) => {
    const picked: Record<string, unknown> = {}
    for (const name of names) {
      if (Object.hasOwn(variables, name) && variables[name] !== undefined) {
        Object.defineProperty(picked, name, {
          value: variables[name],
          enumerable: true,
          configurable: true,
          writable: true,
        })
      }
    }
    return picked
  }
}
