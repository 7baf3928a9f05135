import {
  Kind,
  visit,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import type { ResponsePath } from './data.ts'

interface Sent {
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
}

/** An operation in which no name that its client chose means anything where it is planned and fetched. */
export interface SeparatedOperation extends Sent {
  /** Undefined where it is as it was sent. */
  readonly client: ClientNames | undefined
}

/** What the client of such an operation sent, and what it calls what it gets. */
export interface ClientNames extends Sent {
  readonly nameOf: (key: string) => string
  readonly pathOf: (path: ResponsePath) => ResponsePath
}

/**
 * What is fetched is known, and decided, by what stands under `__typename`, and the planner (2.14) has names of its own for
 * fields that a subgraph cannot answer together. A client may call any field so (GraphQL, 2.1.9: only the names of a schema are
 * reserved): such fields are decided, planned and fetched as if it had called them by a name that the operation leaves
 * free, and are written under the client's.
 */
export const separateClientNames = (operation: OperationDefinitionNode, fragments: Fragments): SeparatedOperation => {
  const sent = { operation, fragments }
  const definitions = [operation, ...fragments.values()]
  if (!definitions.some(({ selectionSet }) => holdsMeaningful(selectionSet))) return { ...sent, client: undefined }
  const keyOf = freeKeys(definitions)
  const names = new Map([...keyOf].map(([name, key]) => [key, name]))
  const nameOf = (key: string): string => names.get(key) ?? key
  const rename = {
    Field: (field: FieldNode) => (isMeaningful(field) ? under(field, keyOf.get(nameIn(field))) : undefined),
  }
  return {
    operation: visit(operation, rename),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, visit(fragment, rename)])),
    client: {
      ...sent,
      nameOf,
      pathOf: (path) => path.map((step) => (typeof step === 'string' ? nameOf(step) : step)),
    },
  }
}

const TYPENAME = '__typename'
const PLANNERS = /__alias_\d+$/

const nameIn = ({ alias, name }: FieldNode): string => (alias ?? name).value

const isMeaningful = (field: FieldNode): boolean => {
  const name = nameIn(field)
  return name === TYPENAME ? field.name.value !== TYPENAME : PLANNERS.test(name)
}

const holdsMeaningful = ({ selections }: SelectionSetNode): boolean =>
  selections.some(
    (selection) =>
      selection.kind !== Kind.FRAGMENT_SPREAD &&
      ((selection.kind === Kind.FIELD && isMeaningful(selection)) ||
        (selection.selectionSet !== undefined && holdsMeaningful(selection.selectionSet))),
  )

const under = (field: FieldNode, key: string | undefined): FieldNode =>
  key === undefined ? field : { ...field, alias: { kind: Kind.NAME, value: key } }

/** For each such name one under which nothing of the operation answers: a client could have chosen it as well. */
const freeKeys = (
  definitions: readonly (OperationDefinitionNode | FragmentDefinitionNode)[],
): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  const meaningful = new Set<string>()
  const note = (field: FieldNode): void => {
    taken.add(nameIn(field))
    if (isMeaningful(field)) meaningful.add(nameIn(field))
  }
  for (const definition of definitions) visit(definition, { Field: note })
  const keyOf = new Map<string, string>()
  for (const name of meaningful) {
    let key = `${name.replace(/^_+/, '')}_`
    while (taken.has(key)) key = `${key}_`
    taken.add(key)
    keyOf.set(name, key)
  }
  return keyOf
}
