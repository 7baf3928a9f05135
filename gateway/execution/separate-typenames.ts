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

/** An operation in which nothing but a type's name answers under `__typename`. */
export interface SeparatedOperation extends Sent {
  /** Undefined where it is as it was sent. */
  readonly client: ClientNames | undefined
}

/** What the client of such an operation sent, and what it calls what it gets. */
export interface ClientNames extends Sent {
  readonly nameOf: (key: string) => string
  readonly pathOf: (path: ResponsePath) => ResponsePath
}

const TYPENAME = '__typename'

/**
 * What is fetched is known, and decided, by what stands under `__typename`. A client may call any other field so
 * (GraphQL, 2.1.9: only the names of a schema are reserved): such fields are decided, planned and fetched as if it had
 * called them by a name that the operation leaves free, and are written under the client's.
 */
export const separateTypenames = (operation: OperationDefinitionNode, fragments: Fragments): SeparatedOperation => {
  const sent = { operation, fragments }
  const definitions = [operation, ...fragments.values()]
  if (!definitions.some(({ selectionSet }) => isMixed(selectionSet))) return { ...sent, client: undefined }
  const key = freeName(definitions)
  const rename = { Field: (field: FieldNode) => (isNamesake(field) ? under(field, key) : undefined) }
  const nameOf = (of: string): string => (of === key ? TYPENAME : of)
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

const isNamesake = ({ alias, name }: FieldNode): boolean => alias?.value === TYPENAME && name.value !== TYPENAME

const isMixed = ({ selections }: SelectionSetNode): boolean =>
  selections.some(
    (selection) =>
      selection.kind !== Kind.FRAGMENT_SPREAD &&
      ((selection.kind === Kind.FIELD && isNamesake(selection)) ||
        (selection.selectionSet !== undefined && isMixed(selection.selectionSet))),
  )

const under = (field: FieldNode, key: string): FieldNode => ({ ...field, alias: { kind: Kind.NAME, value: key } })

/** A name under which nothing of the operation answers: a client could have chosen it as well. */
const freeName = (definitions: readonly (OperationDefinitionNode | FragmentDefinitionNode)[]): string => {
  const taken = new Set<string>()
  const note = { Field: ({ alias, name }: FieldNode): void => void taken.add((alias ?? name).value) }
  for (const definition of definitions) visit(definition, note)
  let key = 'typename_'
  while (taken.has(key)) key = `${key}_`
  return key
}
