import { Kind, visit, type FieldNode, type OperationDefinitionNode } from 'graphql'
import { responseKey, type Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import type { ResponsePath } from './data.ts'

/** An operation and the fragments that it may spread. */
export interface SpreadOperation {
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
}

/** An operation as it is planned and fetched, where that may call a field otherwise than its client does. */
export interface SeparatedOperation extends SpreadOperation {
  /** Undefined where it is as it was sent. */
  readonly client: ClientNames | undefined
}

/** What the client of such an operation sent, and what it calls what it gets. */
export interface ClientNames extends SpreadOperation {
  readonly nameOf: (key: string) => string
  readonly pathOf: (path: ResponsePath) => ResponsePath
}

/** Every field of an operation, wherever it stands. */
export const eachField = ({ operation, fragments }: SpreadOperation, note: (field: FieldNode) => void): void => {
  for (const definition of [operation, ...fragments.values()])
    visit(definition, {
      Field: (field) => {
        note(field)
      },
    })
}

/**
 * The operation with its fields called as `keyOf` says, or as they are where it gives undefined. `called` holds for each
 * of these keys by what it stands in for.
 */
export const renamed = (
  { operation, fragments, client }: SeparatedOperation,
  keyOf: (field: FieldNode) => string | undefined,
  called: ReadonlyMap<string, string>,
): SeparatedOperation => {
  const rename = {
    Field: (field: FieldNode) => {
      const key = keyOf(field)
      return key === undefined || key === responseKey(field)
        ? undefined
        : { ...field, alias: { kind: Kind.NAME as const, value: key } }
    },
  }
  const nameOf = (key: string): string => {
    const name = called.get(key) ?? key
    return client ? client.nameOf(name) : name
  }
  return {
    operation: visit(operation, rename),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, visit(fragment, rename)])),
    client: {
      ...(client ?? { operation, fragments }),
      nameOf,
      pathOf: (path) => path.map((step) => (typeof step === 'string' ? nameOf(step) : step)),
    },
  }
}
