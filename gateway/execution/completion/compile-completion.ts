import {
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql'
import { catalogued, type CataloguedError } from '../../../platform/errors/catalogue.ts'
import { denyingRow, reasonOf } from '../../preflight/decisions.ts'
import { denyingField, denyingObject, type FieldPlace, type ObjectPlace, type Place } from '../../preflight/place.ts'
import type { Guarding } from '../../preflight/guarding.ts'
import { isDataObject, reader, writer, type DataObject, type Read, type Write } from '../data.ts'
import { collectFields, type CollectContext, type ObjectLike } from './collect-fields.ts'
import { BUBBLE, prependPath, type Complete, type Completion } from './completion.ts'
import { completeLeaf } from './leaf.ts'

export interface CompletionContext extends CollectContext {
  /** What the operation was compiled for; undefined where nothing is denied and nothing left to decide. */
  readonly guarding: Guarding | undefined
}

interface CompiledField {
  readonly key: string
  readonly read: Read
  readonly write: Write
  readonly complete: Complete
  /** What an object has in place of the field where it is denied for that object alone. */
  readonly denies?: (object: DataObject, completion: Completion) => { readonly completed: unknown } | undefined
}

/** Compiles the completion of one root selection: from fetched data to the client's answer. */
export const compileRoot = (context: CompletionContext, type: ObjectLike, selections: SelectionSetNode): Complete =>
  completeFields(compileFields(context, type, [selections], context.guarding?.root))

const compileFields = (
  context: CompletionContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
  place: ObjectPlace | undefined,
): CompiledField[] => {
  const compiled: CompiledField[] = []
  const definitions = type.getFields()
  for (const [key, nodes] of collectFields(context, type, selectionSets)) {
    const name = nodes[0]?.name.value ?? key
    const field = { key, read: reader(key), write: writer(key) }
    const definition = definitions[name]
    if (name === '__typename') compiled.push({ ...field, complete: completeTypename(type) })
    else if (name === '__schema' || name === '__type')
      compiled.push({ ...field, complete: fromIntrospection(field.read) })
    else if (definition) {
      const guarded = place?.fields.get(key)
      const complete = compileType(context, definition.type, nodes, guarded?.child)
      compiled.push({ ...field, ...guardedField(context, definition.type, guarded, complete) })
    }
  }
  return compiled
}

const fromIntrospection =
  (read: Read): Complete =>
  (_, { introspection }) =>
    read(introspection) ?? null

/** An interface as an object's type shows that a subgraph's `@interfaceObject` was never resolved to a type. */
const completeTypename = (type: ObjectLike): Complete =>
  isObjectType(type) ? () => type.name : refuse(catalogued('SUBGRAPH_INVALID_RESPONSE'))

const refuse =
  (error: CataloguedError): Complete =>
  (_, { findings }) => {
    findings.push({ path: [], error, isConsequence: false })
    return BUBBLE
  }

/** A field that was denied before, or is decided for each object. */
const guardedField = (
  { guarding }: CompletionContext,
  type: GraphQLOutputType,
  place: FieldPlace | undefined,
  complete: Complete,
): Pick<CompiledField, 'complete' | 'denies'> => {
  if (!guarding || !place) return { complete }
  const denied = isNonNullType(type) ? BUBBLE : null
  const denying = denyingField(place, guarding.isDenied)
  if (denying.length > 0) {
    return {
      complete: (_, { findings, decisions }) => {
        findings.push({ path: [], error: reasonOf(denying, decisions), isConsequence: false, isDenial: true })
        return denied
      },
    }
  }
  const { rows } = place
  if (rows.length === 0) return { complete }
  return {
    complete,
    denies: (object, { findings, decisions }) => {
      const error = denyingRow(rows, object, decisions)
      if (!error) return undefined
      findings.push({ path: [], error, isConsequence: false, isDenial: true })
      return { completed: denied }
    },
  }
}

const compileType = (
  context: CompletionContext,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  place: Place | undefined,
): Complete => {
  if (isNonNullType(type)) return nonNull(compileType(context, type.ofType, nodes, place))
  if (isListType(type)) return list(compileType(context, type.ofType, nodes, place))
  if (isLeafType(type)) return completeLeaf(type)
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  return isAbstractType(type)
    ? completeAbstract(context, type, selectionSets, place)
    : completeObject(context, type, selectionSets, place?.types.get(type.name))
}

const nonNull =
  (inner: Complete): Complete =>
  (value, completion) => {
    const mark = completion.findings.length
    const completed = inner(value, completion)
    if (completed !== null) return completed
    if (completion.findings.length === mark) {
      completion.findings.push({ path: [], error: catalogued('SUBGRAPH_INVALID_RESPONSE'), isConsequence: true })
    }
    return BUBBLE
  }

const list =
  (inner: Complete): Complete =>
  (value, completion) => {
    if (value === null || value === undefined) return null
    if (!Array.isArray(value)) return misfit(completion)
    const completed: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const mark = completion.findings.length
      const item = inner(value[index], completion)
      if (completion.findings.length > mark) prependPath(completion, mark, index)
      if (item === BUBBLE) return null
      completed.push(item)
    }
    return completed
  }

const misfit = ({ findings }: Completion): null => {
  findings.push({ path: [], error: catalogued('SUBGRAPH_INVALID_RESPONSE'), isConsequence: false })
  return null
}

const completeObject = (
  context: CompletionContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
  place: ObjectPlace | undefined,
): Complete => {
  const denying = place && context.guarding ? denyingObject(place, context.guarding.isDenied) : []
  const rows = place?.rows ?? []
  const fields = completeFields(compileFields(context, type, selectionSets, place))
  if (denying.length === 0 && rows.length === 0) {
    return (value, completion) => {
      if (value === null || value === undefined) return null
      return isDataObject(value) ? fields(value, completion) : misfit(completion)
    }
  }
  return (value, completion) => {
    if (value === null || value === undefined) return null
    if (!isDataObject(value)) return misfit(completion)
    const { findings, decisions } = completion
    const error = denying.length > 0 ? reasonOf(denying, decisions) : denyingRow(rows, value, decisions)
    if (!error) return fields(value, completion)
    findings.push({ path: [], error, isConsequence: false, isDenial: true })
    return null
  }
}

const completeFields =
  (fields: readonly CompiledField[]): Complete =>
  (value, completion) => {
    const answer = {}
    // Every caller checked that it is an object.
    const source = value as Record<string, unknown>
    for (const field of fields) {
      const mark = completion.findings.length
      const denied = field.denies?.(source, completion)
      const completed = denied ? denied.completed : field.complete(field.read(source), completion)
      if (completion.findings.length > mark) prependPath(completion, mark, field.key)
      if (completed === BUBBLE) return null
      field.write(answer, completed)
    }
    return answer
  }

const completeAbstract = (
  context: CompletionContext,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  place: Place | undefined,
): Complete => {
  const isDecided = place !== undefined && context.guarding?.changes.place(place) === true
  const byTypename = new Map<string, Complete>()
  const readTypenames = typenameKeys(selectionSets).map(reader)
  return (value, completion) => {
    if (value === null || value === undefined) return null
    if (!isDataObject(value)) return misfit(completion)
    let typename: unknown
    for (const read of readTypenames) if ((typename = read(value)) !== undefined) break
    typename ??= type.name
    if (typeof typename !== 'string') return misfit(completion)
    let complete = byTypename.get(typename)
    if (!complete) {
      const concrete = context.schema.getType(typename)
      const fits = isObjectType(concrete) || isInterfaceType(concrete)
      // Names come from subgraphs: only those that the API has are remembered.
      if (!fits || (concrete.name !== type.name && !isPossible(context, type, concrete))) return misfit(completion)
      const object = place?.types.get(typename)
      // What stays without its type cannot be decided by the rules of its type.
      if (!object && isDecided) return misfit(completion)
      complete = completeObject(context, concrete, selectionSets, object)
      byTypename.set(typename, complete)
    }
    return complete(value, completion)
  }
}

const isPossible = ({ schema }: CompletionContext, type: GraphQLCompositeType, concrete: ObjectLike): boolean =>
  isAbstractType(type) && schema.isSubType(type, concrete)

/** The response names under which an abstract object's type name may have come: planners reuse a client's alias. */
const typenameKeys = (selectionSets: readonly SelectionSetNode[]): string[] => {
  const keys = new Set(['__typename'])
  for (const { selections } of selectionSets) {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD && selection.name.value === '__typename' && selection.alias)
        keys.add(selection.alias.value)
    }
  }
  return [...keys]
}
