import {
  Kind,
  print,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import type { PreparedFetch } from '../transport/transport.ts'
import { operationOf } from './prepared-fetch.ts'
import { AFTER, countVariable } from './resumable.ts'

/** The variable in which a resumed fetch takes the place to go on from. */
export const RESUME_VARIABLE = 'resumeAfter_'

/** The fetch that a subscription listens to, changed to begin after a place of which nobody knew when it was planned. */
export const resumedFetch = (fetch: PreparedFetch, schema: GraphQLSchema): PreparedFetch => {
  const { operation, fragments } = operationOf(fetch.document)
  const selections = operation.selectionSet.selections.map((selection) => begunAfter(selection))
  const definitions = (operation.variableDefinitions ?? []).filter(
    ({ variable }) => countVariable([selections, ...fragments.values()], variable.name.value) > 0,
  )
  const resumed: OperationDefinitionNode = {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections },
    variableDefinitions: [
      ...definitions,
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: RESUME_VARIABLE } },
        type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeOfAfter(operation, schema) } },
      },
    ],
  }
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [resumed, ...fragments.values()] }
  return { ...fetch, document, operation: print(document) }
}

const begunAfter = (selection: SelectionNode): SelectionNode => {
  if (selection.kind !== Kind.FIELD) return selection
  const others = (selection.arguments ?? []).filter(({ name }) => name.value !== AFTER)
  const field: FieldNode = {
    ...selection,
    arguments: [
      ...others,
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: AFTER },
        value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: RESUME_VARIABLE } },
      },
    ],
  }
  return field
}

const typeOfAfter = ({ selectionSet }: OperationDefinitionNode, schema: GraphQLSchema): string => {
  const [root] = selectionSet.selections
  const fields = schema.getSubscriptionType()?.getFields()
  const field = root?.kind === Kind.FIELD ? fields?.[root.name.value] : undefined
  return String(field?.args.find(({ name }) => name === AFTER)?.type ?? 'String')
}
