import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isLeafType,
  isNonNullType,
  locatedError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql'
import { isPending, isPromise, Path, pathToArray, type Execution } from './execution.ts'
import { completeLater, failLater, infoOf, type Complete, type CompiledField } from './run-field.ts'

export const completeNonNull =
  (inner: Complete): Complete =>
  (value, execution, field, path) => {
    const completed = inner(value, execution, field, path)
    if (completed === null) throw nullRefused(field)
    return isPending(completed) ? refuseNull(completed, field) : completed
  }

const refuseNull = (completed: Promise<unknown>, field: CompiledField): Promise<unknown> =>
  completed.then((value) => {
    if (value === null) throw nullRefused(field)
    return value
  })

const nullRefused = ({ parentType, definition }: CompiledField): Error =>
  new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`)

/** The built-in scalars by what they do, and of which values that is nothing. */
const KEPT: ReadonlyMap<unknown, CompiledField['kept']> = new Map<unknown, CompiledField['kept']>([
  [GraphQLString.serialize, 'string'],
  [GraphQLID.serialize, 'string'],
  [GraphQLInt.serialize, 'number'],
  [GraphQLFloat.serialize, 'number'],
  [GraphQLBoolean.serialize, 'boolean'],
])

/** Which values of a type are serialized to themselves. */
export const keptOf = (type: GraphQLOutputType): CompiledField['kept'] =>
  isLeafType(type) ? KEPT.get(type.serialize) : undefined

export const completeLeaf = (type: GraphQLLeafType): Complete => {
  const isText = keptOf(type) === 'string'
  return (value) => {
    if (isText && typeof value === 'string') return value
    if (value instanceof Error) throw value
    if (value === null || value === undefined) return null
    const serialized: unknown = type.serialize(value)
    if (serialized !== null && serialized !== undefined) return serialized
    throw new Error(
      `Expected \`${type.name}.serialize(…)\` to return non-nullable value, returned: ${String(serialized)}`,
    )
  }
}

export const completeList = (itemType: GraphQLOutputType, item: Complete): Complete => {
  const isItemNonNull = isNonNullType(itemType)
  const fail: Complete = (error, { errors }, { nodes }, path) => {
    const located = locatedError(error, nodes, pathToArray(path))
    if (isItemNonNull) throw located
    errors.add(located, path)
    return null
  }
  const completeItem: Complete = (value, execution, field, path) => {
    try {
      const completed = isPromise(value)
        ? completeLater(item, value, execution, field, path)
        : item(value, execution, field, path)
      return isPending(completed) ? failLater(fail, completed, execution, field, path) : completed
    } catch (error) {
      return fail(error, execution, field, path)
    }
  }
  return (value, execution, field, path) => {
    if (value instanceof Error) throw value
    if (value === null || value === undefined) return null
    const items = itemsOf(value, field)
    const completed = new Array<unknown>(items.length)
    let isWaiting = false
    try {
      for (let index = 0; index < completed.length; index++) {
        const settled = completeItem(items[index], execution, field, new Path(path, index, undefined))
        if (isPending(settled)) isWaiting = true
        completed[index] = settled
      }
    } catch (error) {
      // Nobody waits for the items before it any more: one that fails must not fail unheard.
      if (isWaiting) void Promise.allSettled(completed)
      throw error
    }
    return isWaiting ? Promise.all(completed) : completed
  }
}

const itemsOf = (value: unknown, { parentType, definition }: CompiledField): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (typeof value === 'object' && value !== null && Symbol.iterator in value)
    return Array.from(value as Iterable<unknown>) // it has the method that iterables have
  throw new GraphQLError(`Expected Iterable, but did not find one for field "${parentType.name}.${definition.name}".`)
}

/** Completes the fields of an object of one type. */
export type CompleteFields = (source: unknown, execution: Execution, path: Path) => unknown

/** `fields` compiles the selection on first use: not every type that a selection allows ever comes. */
export const completeObject = (type: GraphQLObjectType, fields: CompleteFields): Complete => {
  const completeChecked: Complete = (value, execution, field, path) => {
    const check = (isOne: boolean): unknown => {
      if (!isOne) {
        throw new GraphQLError(`Expected value of type "${type.name}" but got something else.`, { nodes: field.nodes })
      }
      return fields(value, execution, path)
    }
    const answer = type.isTypeOf?.(value, execution.contextValue, infoOf(execution, field, path))
    return isPromise(answer) ? Promise.resolve(answer.then((isOne) => check(isOne))) : check(answer ?? false)
  }
  return (value, execution, field, path) => {
    if (value instanceof Error) throw value
    if (value === null || value === undefined) return null
    return type.isTypeOf ? completeChecked(value, execution, field, path) : fields(value, execution, path)
  }
}
