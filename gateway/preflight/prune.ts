import {
  isAbstractType,
  isCompositeType,
  isObjectType,
  getNamedType,
  Kind,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Denials } from '../execution/completion/compile-completion.ts'
import type { Fragments } from '../execution/merge-shape.ts'

/** What is left of an operation to plan and fetch; undefined for nothing at all. */
export interface Pruned {
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
}

/** Takes out of an operation what is denied. What stays is what a permitted caller would have sent. */
export const pruneOperation = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  denials: Denials,
): Pruned | undefined => {
  const root = schema.getRootType(operation.operation)
  if (!root) return undefined
  const prune = pruner(schema, denials)
  const rootDenied = (field: FieldNode): boolean => denials.root(field.alias?.value ?? field.name.value) !== undefined
  const pruned = new Map(
    [...fragments].map(([name, fragment]) => {
      const type = schema.getType(fragment.typeCondition.name.value)
      const isOnRoot = type === root
      const selectionSet = isCompositeType(type)
        ? orTypename(prune(fragment.selectionSet, type, isOnRoot ? rootDenied : undefined))
        : fragment.selectionSet
      return [name, { ...fragment, selectionSet }]
    }),
  )
  const selectionSet = prune(operation.selectionSet, root, rootDenied)
  return selectionSet && { operation: { ...operation, selectionSet }, fragments: pruned }
}

type IsDenied = (field: FieldNode) => boolean
type Prune = (set: SelectionSetNode, parent: GraphQLCompositeType, also?: IsDenied) => SelectionSetNode | undefined

const pruner = (schema: GraphQLSchema, denials: Denials): Prune => {
  const isDenied = (type: string, field: string): boolean =>
    denials.field(type, field) !== undefined || denials.object(type) !== undefined

  const prune: Prune = ({ selections }, parent, also) => {
    const kept = selections.flatMap((selection): SelectionNode[] => {
      switch (selection.kind) {
        case Kind.FIELD:
          return also?.(selection) === true ? [] : pruneField(selection, parent)
        case Kind.FRAGMENT_SPREAD:
          return [selection]
        case Kind.INLINE_FRAGMENT: {
          const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent
          const selectionSet = isCompositeType(type) ? prune(selection.selectionSet, type, also) : undefined
          return selectionSet ? [{ ...selection, selectionSet }] : []
        }
      }
    })
    return kept.length > 0 ? { kind: Kind.SELECTION_SET, selections: kept } : undefined
  }

  const pruneField = (field: FieldNode, parent: GraphQLCompositeType): SelectionNode[] => {
    const name = field.name.value
    if (name.startsWith('__')) return [field]
    if (isObjectType(parent)) return isDenied(parent.name, name) ? [] : [within(field, parent)]
    if (!isAbstractType(parent)) return []
    const possible = schema.getPossibleTypes(parent)
    const permitted = possible.filter((type) => !isDenied(type.name, name))
    if (permitted.length === possible.length) return [within(field, parent)]
    return permitted.map((type) => onType(type.name, within(field, parent)))
  }

  /** The field with what is left of its own selections; its type name where nothing is, so that a null stays told from an object. */
  const within = (field: FieldNode, parent: GraphQLCompositeType): FieldNode => {
    if (!field.selectionSet || !('getFields' in parent)) return field
    const definition = parent.getFields()[field.name.value]
    const type = definition && getNamedType(definition.type)
    if (!isCompositeType(type)) return field
    return { ...field, selectionSet: orTypename(prune(field.selectionSet, type)) }
  }

  return prune
}

const onType = (name: string, field: FieldNode): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
  selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
})

const orTypename = (selectionSet: SelectionSetNode | undefined): SelectionSetNode =>
  selectionSet ?? {
    kind: Kind.SELECTION_SET,
    selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
  }
