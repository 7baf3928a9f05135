import {
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql'
import { catalogued, type CataloguedError } from '../../../platform/errors/catalogue.ts'
import type { Guarding } from '../../preflight/guarding.ts'
import type { ObjectPlace, Place } from '../../preflight/place.ts'
import { reader, type Read } from '../data.ts'
import type { ClientNames } from '../separated-operation.ts'
import {
  collectFields,
  type CollectContext,
  type ObjectLike,
} from '../../../platform/graphql/execution/collect-fields.ts'
import { bytesOf } from './json-bytes.ts'
import { openTo, writeLeaf } from './leaf.ts'
import { writeAbstract } from './write-abstract.ts'
import { guardedField, guardedObject } from './write-guarded.ts'
import {
  writeConstant,
  writeFields,
  writeList,
  writeNonNull,
  writeObject,
  type WriteObject,
  type WrittenField,
} from './write-values.ts'
import { BUBBLE, WRITTEN, type Write } from './writing.ts'

export interface CompilationContext extends CollectContext {
  /** What the operation was compiled for; undefined where nothing is denied and nothing left to decide. */
  readonly guarding: Guarding | undefined
  /** Undefined where the client calls everything as the operation does. */
  readonly client: ClientNames | undefined
}

/**
 * Compiles the writing of one root selection: from fetched data straight to the client's JSON, in one pass. What it
 * writes is what graphql-js's completion of the same data and `JSON.stringify` of that would give (spec 6.4.3, 6.4.4).
 */
export const compileRoot = (context: CompilationContext, type: ObjectLike, selections: SelectionSetNode): WriteObject =>
  writeFields(compileFields(context, type, [selections], context.guarding?.root))

const compileFields = (
  context: CompilationContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
  place: ObjectPlace | undefined,
): WrittenField[] => {
  const compiled: WrittenField[] = []
  const definitions = type.getFields()
  for (const [key, nodes] of collectFields(context, type, selectionSets)) {
    const name = nodes[0]?.name.value ?? key
    const read = reader(key)
    const told = context.client?.nameOf(key) ?? key
    const prefix = bytesOf(`${compiled.length === 0 ? '{' : ','}${JSON.stringify(told)}:`)
    const field = { key, prefix, open: undefined, read, denies: undefined }
    const definition = definitions[name]
    if (name === '__typename') compiled.push({ ...field, write: writeTypename(type) })
    else if (name === '__schema' || name === '__type')
      compiled.push({ ...field, write: fromIntrospection(reader(told)) })
    else if (definition) {
      const guarded = place?.fields.get(key)
      const write = compileType(context, definition.type, nodes, guarded?.child)
      const own = guardedField(context.guarding, definition.type, guarded, write)
      const isOpen = own.write === write && own.denies === undefined
      compiled.push({ ...field, ...own, open: isOpen ? openTo(definition.type) : undefined })
    }
  }
  return compiled
}

const fromIntrospection =
  (read: Read): Write =>
  (_, writing) => {
    writing.json.addJson(JSON.stringify(read(writing.introspection) ?? null))
    return WRITTEN
  }

/** An interface as an object's type shows that a subgraph's `@interfaceObject` was never resolved to a type. */
const writeTypename = (type: ObjectLike): Write =>
  isObjectType(type) ? writeConstant(JSON.stringify(type.name)) : refuse(catalogued('SUBGRAPH_INVALID_RESPONSE'))

const refuse =
  (error: CataloguedError): Write =>
  (_, writing) => {
    writing.find({ path: [], error, isConsequence: false })
    return BUBBLE
  }

const compileType = (
  context: CompilationContext,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  place: Place | undefined,
): Write => {
  if (isNonNullType(type)) return writeNonNull(compileType(context, type.ofType, nodes, place))
  if (isListType(type)) return writeList(compileType(context, type.ofType, nodes, place))
  if (isLeafType(type)) return writeLeaf(type)
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  if (!isAbstractType(type)) return compileObject(context, type, selectionSets, place?.types.get(type.name))
  const { schema, guarding } = context
  const isDecided = place !== undefined && guarding?.changes.place(place) === true
  return writeAbstract({
    schema,
    type,
    selectionSets,
    compile: (concrete) => {
      const object = place?.types.get(concrete.name)
      // What stays without its type cannot be decided by the rules of its type.
      return !object && isDecided ? undefined : compileObject(context, concrete, selectionSets, object)
    },
  })
}

const compileObject = (
  context: CompilationContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
  place: ObjectPlace | undefined,
): Write => {
  const fields = writeFields(compileFields(context, type, selectionSets, place))
  return guardedObject(context.guarding, place, fields) ?? writeObject(fields)
}
