import {
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { compileArguments } from './arguments.ts'
import { collectFields, type CollectContext } from './collect-fields.ts'
import { completeAbstract } from './complete-abstract.ts'
import {
  completeLeaf,
  completeList,
  keptOf,
  completeNonNull,
  completeObject,
  type CompleteFields,
} from './complete-value.ts'
import { isPending, type Execution, type Path } from './execution.ts'
import { runField, type Complete, type CompiledField } from './run-field.ts'

/** The fields of an object of one type, in the order of the answer. What the type does not have is left out. */
export const compileFields = (
  context: CollectContext,
  parentType: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): CompiledField[] =>
  [...collectFields(context, parentType, selectionSets)].flatMap(([key, nodes]): CompiledField[] => {
    const [node] = nodes
    const definition = node && definitionOf(context.schema, parentType, node.name.value)
    if (!definition) return []
    return [
      {
        key,
        constant: definition === TypeNameMetaFieldDef ? parentType.name : undefined,
        definition,
        parentType,
        nodes,
        readArguments: compileArguments(definition, node),
        complete: compileType(context, definition.type, nodes),
        isLeaf: isLeafType(isNonNullType(definition.type) ? definition.type.ofType : definition.type),
        kept: definition.resolve
          ? undefined
          : keptOf(isNonNullType(definition.type) ? definition.type.ofType : definition.type),
      },
    ]
  })

const definitionOf = (
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined => {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  const fields = type.getFields()
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

const compileType = (context: CollectContext, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete => {
  if (isNonNullType(type)) return completeNonNull(compileType(context, type.ofType, nodes))
  if (isListType(type)) return completeList(type.ofType, compileType(context, type.ofType, nodes))
  if (isLeafType(type)) return completeLeaf(type)
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  const compile = (concrete: GraphQLObjectType): Complete => {
    let fields: CompleteFields | undefined
    return completeObject(concrete, (source, execution, path) => {
      fields ??= completeFields(compileFields(context, concrete, selectionSets))
      return fields(source, execution, path)
    })
  }
  return isAbstractType(type) ? completeAbstract(context.schema, type, compile) : compile(type)
}

/** Runs the fields of an object all at once; the object itself, or a promise of it. */
export const completeFields =
  (fields: readonly CompiledField[]) =>
  (source: unknown, execution: Execution, path: Path | undefined): unknown => {
    const answer: Answer = {}
    let pending: Promise<unknown>[] | undefined
    try {
      for (const field of fields) {
        const value = field.constant ?? runField(field, execution, source, path)
        put(answer, field.key, value)
        if (isPending(value)) (pending ??= []).push(putLater(answer, field.key, value))
      }
    } catch (error) {
      if (!pending) throw error
      return throwAfter(pending, error)
    }
    return pending ? giveAfter(pending, answer) : answer
  }

// Functions of their own: what their closures hold would else be made for every object, promises or none.

const putLater = (answer: Answer, key: string, value: Promise<unknown>): Promise<void> =>
  value.then((settled) => put(answer, key, settled))

const giveAfter = (pending: readonly Promise<unknown>[], answer: Answer): Promise<Answer> =>
  Promise.all(pending).then(() => answer)

/** What the other fields come to is waited for, so that none of them fails unheard. */
const throwAfter = (pending: readonly Promise<unknown>[], error: unknown): Promise<unknown> =>
  Promise.all(pending).finally(() => {
    throw error
  })

/** Runs the root fields of a mutation one after the other (spec 6.2.2). */
export const completeSerially =
  (fields: readonly CompiledField[]) =>
  async (source: unknown, execution: Execution): Promise<unknown> => {
    const answer: Answer = {}
    for (const field of fields)
      put(answer, field.key, field.constant ?? (await runField(field, execution, source, undefined)))
    return answer
  }

type Answer = Record<string, unknown>

/** The key `__proto__` becomes data, never the prototype. */
const put = (answer: Answer, key: string, value: unknown): void => {
  if (key !== '__proto__') answer[key] = value
  else Object.defineProperty(answer, key, { value, enumerable: true, configurable: true, writable: true })
}
