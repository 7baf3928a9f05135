import {
  isNonNullType,
  locatedError,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { ReadArguments } from './arguments.ts'
import { isPending, isPromise, Path, pathToArray, type Execution } from './execution.ts'

/** Completes a resolved value: a value of the answer, or a promise of one. Throws where a null may not be. */
export type Complete = (value: unknown, execution: Execution, field: CompiledField, path: Path) => unknown

/** One field of an object of one type. */
export interface CompiledField {
  readonly key: string
  /** The same whatever is resolved: a type's name. */
  readonly constant: string | undefined
  readonly definition: GraphQLField<unknown, unknown>
  readonly parentType: GraphQLObjectType
  readonly nodes: readonly FieldNode[]
  readonly readArguments: ReadArguments
  readonly complete: Complete
  /** Its places are needed only where something goes wrong. */
  readonly isLeaf: boolean
  /** What `typeof` says of values that are in the answer as the object holds them; undefined where a resolver decides. */
  readonly kept: 'string' | 'number' | 'boolean' | undefined
}

/**
 * Whether a value that an object holds is in the answer as it is. Of numbers 32-bit integers alone are: they are of every
 * type of numbers.
 */
const isKept = (kept: CompiledField['kept'], value: unknown): boolean =>
  kept !== undefined && typeof value === kept && (kept !== 'number' || (Number(value) | 0) === value)

/** Resolves and completes one field: its value in the answer, or a promise of it. Throws what its parent is null for. */
export const runField = (field: CompiledField, execution: Execution, source: unknown, above: Path | undefined) => {
  const { resolve } = field.definition
  if (!resolve && field.isLeaf) return runPlainLeaf(field, execution, source, above)
  const path = pathOf(field, above)
  try {
    const value: unknown = resolve
      ? resolve(source, field.readArguments(execution), execution.contextValue, infoOf(execution, field, path))
      : propertyOf(source, field, execution, above)
    return completed(value, field, execution, path)
  } catch (error) {
    return fail(error, execution, field, path)
  }
}

const runPlainLeaf = (field: CompiledField, execution: Execution, source: unknown, above: Path | undefined) => {
  try {
    const value = propertyOf(source, field, execution, above)
    if (isKept(field.kept, value)) return value
    if (isPromise(value)) return completed(value, field, execution, pathOf(field, above))
    return field.complete(value, execution, field, NOWHERE)
  } catch (error) {
    return fail(error, execution, field, pathOf(field, above))
  }
}

const NOWHERE = new Path(undefined, '', undefined)

const pathOf = ({ key, parentType }: CompiledField, above: Path | undefined): Path =>
  new Path(above, key, parentType.name)

const completed = (value: unknown, field: CompiledField, execution: Execution, path: Path): unknown => {
  const completion = isPromise(value)
    ? completeLater(field.complete, value, execution, field, path)
    : field.complete(value, execution, field, path)
  return isPending(completion) ? failLater(fail, completion, execution, field, path) : completion
}

// Functions of their own: what their closures hold would else be made for every value, promises or none.

export const completeLater = (
  complete: Complete,
  value: PromiseLike<unknown>,
  execution: Execution,
  field: CompiledField,
  path: Path,
): Promise<unknown> => Promise.resolve(value.then((resolved) => complete(resolved, execution, field, path)))

/** `fail` is told the error. */
export const failLater = (
  fail: Complete,
  completion: Promise<unknown>,
  execution: Execution,
  field: CompiledField,
  path: Path,
): Promise<unknown> => completion.then(undefined, (error: unknown) => fail(error, execution, field, path))

const fail: Complete = (error, { errors }, { nodes, definition }, path) => {
  const located = locatedError(error, nodes, pathToArray(path))
  if (isNonNullType(definition.type)) throw located
  errors.add(located, path)
  return null
}

/** What graphql-js's default resolver reads. */
const propertyOf = (source: unknown, field: CompiledField, execution: Execution, above: Path | undefined): unknown => {
  if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined
  const held = source as Readonly<Record<string, unknown>> // anything that is an object may be read by name
  const value = held[field.definition.name]
  if (typeof value !== 'function') return value
  const info = infoOf(execution, field, pathOf(field, above))
  return Reflect.apply(value, source, [field.readArguments(execution), execution.contextValue, info])
}

export const infoOf = (execution: Execution, field: CompiledField, path: Path): GraphQLResolveInfo =>
  new ResolveInfo(execution, field, path)

/** Made by a constructor, as `Path` is. */
class ResolveInfo implements GraphQLResolveInfo {
  readonly fieldName: string
  readonly fieldNodes: readonly FieldNode[]
  readonly returnType: GraphQLOutputType
  readonly parentType: GraphQLObjectType
  readonly path: Path
  readonly schema: GraphQLSchema
  readonly fragments: GraphQLResolveInfo['fragments']
  readonly rootValue: unknown
  readonly operation: OperationDefinitionNode
  readonly variableValues: Record<string, unknown>

  constructor(execution: Execution, { definition, nodes, parentType }: CompiledField, path: Path) {
    this.fieldName = definition.name
    this.fieldNodes = nodes
    this.returnType = definition.type
    this.parentType = parentType
    this.path = path
    this.schema = execution.schema
    this.fragments = execution.fragments
    this.rootValue = execution.rootValue
    this.operation = execution.operation
    this.variableValues = execution.variableValues
  }
}
