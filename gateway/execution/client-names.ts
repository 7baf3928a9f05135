import { Kind, type FieldNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { responseKey, type Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { eachField, renamed, type SeparatedOperation, type SpreadOperation } from './separated-operation.ts'

/**
 * What is fetched is known, and decided, by what stands under `__typename`, and the planner (2.14) has names of its own for
 * fields that a subgraph cannot answer together. A client may call any field so (GraphQL, 2.1.9: only the names of a schema are
 * reserved): such fields are decided, planned and fetched as if it had called them by a name that the operation leaves
 * free, and are written under the client's.
 */
export const separateClientNames = (operation: OperationDefinitionNode, fragments: Fragments): SeparatedOperation => {
  const sent = { operation, fragments, client: undefined }
  const definitions = [operation, ...fragments.values()]
  if (!definitions.some(({ selectionSet }) => holdsMeaningful(selectionSet))) return sent
  const keys = freeKeys(sent)
  return renamed(
    sent,
    (field) => (isMeaningful(field) ? keys.get(responseKey(field)) : undefined),
    new Map([...keys].map(([name, key]) => [key, name])),
  )
}

const TYPENAME = '__typename'
const PLANNERS = /__alias_\d+$/

/** Whether the planner may call a field of its own so. */
export const isPlannersName = (name: string): boolean => PLANNERS.test(name)

const isMeaningful = (field: FieldNode): boolean => {
  const name = responseKey(field)
  return name === TYPENAME ? field.name.value !== TYPENAME : isPlannersName(name)
}

const holdsMeaningful = ({ selections }: SelectionSetNode): boolean =>
  selections.some(
    (selection) =>
      selection.kind !== Kind.FRAGMENT_SPREAD &&
      ((selection.kind === Kind.FIELD && isMeaningful(selection)) ||
        (selection.selectionSet !== undefined && holdsMeaningful(selection.selectionSet))),
  )

/** For each such name one under which nothing of the operation answers: a client could have chosen it as well. */
const freeKeys = (sent: SpreadOperation): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  const meaningful = new Set<string>()
  eachField(sent, (field) => {
    taken.add(responseKey(field))
    if (isMeaningful(field)) meaningful.add(responseKey(field))
  })
  const keys = new Map<string, string>()
  for (const name of meaningful) {
    // No name begins with a digit.
    let key = `${name.replace(/^_+(?=[A-Za-z])/, '')}_`
    while (taken.has(key)) key = `${key}_`
    taken.add(key)
    keys.set(name, key)
  }
  return keys
}
