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

/** The fetch that a subscription listens to, changed to begin after a place of which nobody knew when it was planned. */
export interface ResumedFetch {
  readonly fetch: PreparedFetch
  /** In which it takes that place. */
  readonly variable: string
}

export const resumedFetch = (fetch: PreparedFetch, schema: GraphQLSchema): ResumedFetch => {
  const { operation, fragments } = operationOf(fetch.document)
  const variable = freeVariable(operation)
  const selections = operation.selectionSet.selections.map((selection) => begunAfter(selection, variable))
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
        variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
        type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeOfAfter(operation, schema) } },
      },
    ],
  }
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [resumed, ...fragments.values()] }
  return { fetch: { ...fetch, document, operation: print(document) }, variable }
}

/** A name that no variable of the fetch has. */
const freeVariable = ({ variableDefinitions = [] }: OperationDefinitionNode): string => {
  const taken = new Set(variableDefinitions.map(({ variable }) => variable.name.value))
  let name = 'resumeAfter_'
  while (taken.has(name)) name = `${name}_`
  return name
}

const begunAfter = (selection: SelectionNode, variable: string): SelectionNode => {
  if (selection.kind !== Kind.FIELD) return selection
  const others = (selection.arguments ?? []).filter(({ name }) => name.value !== AFTER)
  const field: FieldNode = {
    ...selection,
    arguments: [
      ...others,
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: AFTER },
        value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
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
