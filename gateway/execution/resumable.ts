import {
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNullableType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import type { Rules } from '../../directives/rule.ts'

import { responseKey, type Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { isDataObject, reader } from './data.ts'
import type { Variables } from './run.ts'

/** The argument that says after which event a subscription begins, and the field of an event that says where it stands. */
export const AFTER = 'after'
const CURSOR = 'cursor'

/**
 * A subscription that can go on where it was: its field takes `after`, its events carry a `cursor`. By these two names
 * alone a stream says that it has positions: that `after: c` gives what comes after the event with cursor `c`, whoever
 * asks with the same authority and how often, and no `after` gives what comes from now on.
 */
export interface Resumable {
  /** The operation with its cursor asked for, where the client did not. */
  readonly withCursor: (operation: OperationDefinitionNode) => OperationDefinitionNode
  /** The cursor that an event carries, from the root of its data. */
  readonly cursorOf: (data: unknown) => string | undefined
  /** Where the client itself asks to begin. */
  readonly afterOf: (variables: Variables) => string | undefined
  /** The variable that holds nothing else: what differs in it alone differs in its beginning alone. */
  readonly variable: string | undefined
}

/** Undefined for a subscription without positions, and for what is none: a query may have a field of the same name. */
export const compileResumable = (
  operation: OperationDefinitionNode,
  fragments: Fragments,
  schema: GraphQLSchema,
  rules: Rules,
): Resumable | undefined => {
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return undefined
  const nodes = rootNodes(operation.selectionSet.selections, fragments)
  const [root] = nodes ?? []
  const field = root && schema.getSubscriptionType()?.getFields()[root.name.value]
  if (!nodes || !field || !root.selectionSet || !hasPositions(field, rules)) return undefined
  const selected = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
  const own = selected.find(isPlainCursor)
  const cursorKey = own ? responseKey(own) : freeKey(selected, fragments)
  const [readRoot, readCursor] = [reader(responseKey(root)), reader(cursorKey)]
  const after = root.arguments?.find(({ name }) => name.value === AFTER)
  return {
    withCursor: (asked) =>
      own ? asked : withCursor(asked, rootNodes(asked.selectionSet.selections, fragments), cursorKey),
    cursorOf: (data) => {
      const event = isDataObject(data) ? readRoot(data) : undefined
      const cursor = isDataObject(event) ? readCursor(event) : undefined
      return typeof cursor === 'string' ? cursor : undefined
    },
    afterOf: (variables) => afterOf(after, variables),
    variable:
      after?.value.kind === Kind.VARIABLE && isUsedOnce(operation, fragments, after.value.name.value)
        ? after.value.name.value
        : undefined,
  }
}

/** The nodes of the one root field; undefined where a directive decides whether it is there. */
const rootNodes = (selections: readonly SelectionNode[], fragments: Fragments): readonly FieldNode[] | undefined => {
  const nodes: FieldNode[] = []
  for (const selection of selections) {
    if (selection.directives?.length) return undefined
    if (selection.kind === Kind.FIELD) {
      nodes.push(selection)
      continue
    }
    const set =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : fragments.get(selection.name.value)?.selectionSet
    const within = rootNodes(set?.selections ?? [], fragments)
    if (!within) return undefined
    nodes.push(...within)
  }
  return nodes
}

const hasPositions = ({ args, type }: GraphQLField<unknown, unknown>, rules: Rules): boolean => {
  const after = args.find(({ name }) => name === AFTER)
  const event = getNamedType(type)
  if (!after || !isNullableType(after.type) || !isLeafType(after.type)) return false
  // Of an interface or a union each type has rules of its own.
  if (isListType(getNullableType(type)) || !isObjectType(event)) return false
  const cursor = event.getFields()[CURSOR]
  if (!cursor || !isLeafType(getNamedType(cursor.type)) || cursor.args.some((arg) => !isNullableType(arg.type)))
    return false
  // A cursor that not everybody may have who may have the event is not asked for behind their backs.
  return !rules.has(`${event.name}.${CURSOR}`)
}

const isPlainCursor = (selection: SelectionNode): selection is FieldNode =>
  selection.kind === Kind.FIELD &&
  selection.name.value === CURSOR &&
  !selection.directives?.length &&
  !selection.arguments?.length

/** A name that nothing of the client's, in a fragment or not, answers under. */
const freeKey = (selections: readonly SelectionNode[], fragments: Fragments): string => {
  const taken = new Set<string>()
  const collect = (of: readonly SelectionNode[]): void => {
    for (const selection of of) {
      if (selection.kind === Kind.FIELD) taken.add(responseKey(selection))
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet.selections)
      else collect(fragments.get(selection.name.value)?.selectionSet.selections ?? [])
    }
  }
  collect(selections)
  let key = CURSOR
  while (taken.has(key)) key = `${key}_`
  return key
}

const withCursor = (
  operation: OperationDefinitionNode,
  [root, ...others]: readonly FieldNode[] = [],
  key: string,
): OperationDefinitionNode => {
  if (!root?.selectionSet) return operation
  const cursor: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: CURSOR },
    ...(key !== CURSOR && { alias: { kind: Kind.NAME, value: key } }),
  }
  const selectionSet = { ...root.selectionSet, selections: [...root.selectionSet.selections, cursor] }
  return {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: [{ ...root, selectionSet }, ...others] },
  }
}

const afterOf = (after: ArgumentNode | undefined, variables: Variables): string | undefined => {
  if (!after) return undefined
  const { value } = after
  if (value.kind === Kind.STRING) return value.value
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
  return typeof given === 'string' ? given : undefined
}

const isUsedOnce = (operation: OperationDefinitionNode, fragments: Fragments, name: string): boolean =>
  countVariable([operation.selectionSet, ...fragments.values()], name) === 1

/** How often a variable stands in these nodes. */
export const countVariable = (node: unknown, name: string): number => {
  if (Array.isArray(node)) return node.reduce<number>((sum, item: unknown) => sum + countVariable(item, name), 0)
  if (!isDataObject(node)) return 0
  if (node['kind'] === Kind.VARIABLE) return isDataObject(node['name']) && node['name']['value'] === name ? 1 : 0
  return Object.entries(node).reduce((sum, [key, value]) => (key === 'loc' ? sum : sum + countVariable(value, name)), 0)
}
