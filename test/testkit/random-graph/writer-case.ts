import {
  buildSchema,
  execute,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  print,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { errorsOf } from '../../../gateway/execution/completion/answer.ts'
import { compileRoot } from '../../../gateway/execution/completion/compile-writer.ts'
import { joined } from '../../../gateway/execution/completion/pieces.ts'
import { Writing, WRITTEN } from '../../../gateway/execution/completion/writing.ts'
import { shapeOf } from '../../../gateway/execution/merge-shape.ts'
import { operationOf } from '../../../gateway/execution/prepared-fetch.ts'
import { separateClientNames } from '../../../gateway/execution/client-names.ts'
import type { ClientNames } from '../../../gateway/execution/separated-operation.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { collectFields, type CollectContext } from '../../../platform/graphql/execution/collect-fields.ts'
import { compileConditions } from '../../../platform/graphql/execution/conditions.ts'
import { randomOperation } from './random-operation.ts'
import { randomSdl } from './random-schema.ts'
import { randomValue } from './random-values.ts'
import { randomOf, seedAt } from './random.ts'

type Data = Record<string, unknown>

/** What one executor makes of fetched data. */
interface Completed {
  readonly data: string
  /** The places of the errors, sorted. */
  readonly errors: readonly string[]
}

export interface WriterCase {
  readonly operation: string
  readonly written: Completed
  /** By graphql-js, over the same data. */
  readonly expected: Completed
}

/** One random schema, operation and set of fetched data, with nulls and values of other types in it, completed twice. */
export const writerCase = async (seed: number): Promise<WriterCase> => {
  const random = randomOf(seed)
  const schema = buildSchema(randomSdl(random))
  const { document, variables } = randomOperation(random, schema, 'query')
  const sent = operationOf(document)
  const { operation, fragments, client } = separateClientNames(sent.operation, sent.fragments)
  const conditions = compileConditions(operation, fragments)(variables)
  const context = { schema, fragments, conditions }
  const query = schema.getQueryType()
  if (!query) throw new Error('The schema has no queries')
  const data = fetched(context, seed, query, [operation.selectionSet], '')

  const writing = new Writing({ introspection: {}, decisions: { errors: [], access: undefined, clock: systemClock } })
  const outcome = compileRoot({ ...context, guarding: undefined, client }, query, operation.selectionSet)(data, writing)
  const errors = errorsOf([], writing, { selected: shapeOf(operation.selectionSet, fragments), client }) ?? []

  const answer = await execute({
    schema,
    document,
    rootValue: data,
    variableValues: variables,
    fieldResolver: (source, _, __, info) => strict(schema, info.returnType, own(source, String(info.path.key), client)),
  })
  const places = (of: readonly { readonly path?: readonly (string | number)[] | undefined }[]): string[] =>
    of.map(({ path }) => JSON.stringify(path)).toSorted()
  return {
    operation: print(document),
    written: { data: outcome === WRITTEN ? joined(writing.json.finish()) : 'null', errors: places(errors) },
    expected: { data: JSON.stringify(answer.data), errors: places(answer.errors ?? []) },
  }
}

/** What the plan would have fetched: every selected key, with what a subgraph may send there. */
const fetched = (
  context: CollectContext,
  seed: number,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  path: string,
): Data => {
  const { schema } = context
  const object: Data = { __typename: type.name }
  const definitions = type.getFields()
  for (const [key, nodes] of collectFields(context, type, selections)) {
    const definition = definitions[nodes[0]?.name.value ?? '']
    if (!definition) continue
    const at = `${path}.${key}`
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    let count = 0
    const value = randomValue(
      randomOf(seedAt(seed, at)),
      schema,
      definition.type,
      { nulls: 0.12, wrong: 0.06 },
      (typename) => {
        const concrete = schema.getType(typename) as GraphQLObjectType | undefined // objects alone are asked for
        return concrete ? fetched(context, seed, concrete, below, `${at}.${count++}`) : { __typename: typename }
      },
    )
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

/** What was fetched for a field, under whatever name. */
const own = (source: unknown, key: string, client: ClientNames | undefined): unknown => {
  if (typeof source !== 'object' || source === null) return undefined
  const fetchedAs = Object.keys(source).find((name) => name !== key && client?.nameOf(name) === key)
  return Object.getOwnPropertyDescriptor(source, fetchedAs ?? key)?.value
}

/** graphql-js serializes what it can, for it completes what resolvers gave; data that was fetched is of its type or it is not. */
const strict = (schema: GraphQLSchema, type: GraphQLOutputType, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  if (isNonNullType(type)) return strict(schema, type.ofType, value)
  if (isListType(type)) return Array.isArray(value) ? value.map((item) => strict(schema, type.ofType, item)) : value
  const fits = isLeafType(type) ? isOf(type.name, value) : typeof value === 'object' && !Array.isArray(value)
  return fits || !(isLeafType(type) || isCompositeType(type)) ? value : new Error('It is none of its type')
}

const isOf = (type: string, value: unknown): boolean => {
  switch (type) {
    case 'Int':
      return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31
    case 'Float':
      return typeof value === 'number'
    case 'Boolean':
      return typeof value === 'boolean'
    case 'String':
      return typeof value === 'string'
    case 'ID':
      return typeof value === 'string' || Number.isInteger(value)
    case 'Color':
      return ['RED', 'GREEN', 'BLUE'].some((name) => name === value)
    default:
      return true
  }
}
