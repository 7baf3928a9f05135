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
import { isDataObject, reader, writer, type Read, type Write } from '../data.ts'
import { collectFields, type CollectContext, type ObjectLike } from './collect-fields.ts'
import { BUBBLE, prependPath, type Complete, type Completion } from './completion.ts'
import { completeLeaf } from './leaf.ts'

/** What was decided before the operation ran. Everything not denied is completed. */
export interface Denials {
  /** A field of an object type, wherever it is selected. */
  readonly field: (type: string, field: string) => CataloguedError | undefined
  /** Every object of a type. */
  readonly object: (type: string) => CataloguedError | undefined
  /** A root field by its response name. */
  readonly root: (key: string) => CataloguedError | undefined
}

export interface CompletionContext extends CollectContext {
  readonly denials: Denials
}

interface CompiledField {
  readonly key: string
  readonly read: Read
  readonly write: Write
  readonly complete: Complete
}

/** Compiles the completion of one root selection: from fetched data to the client's answer. */
export const compileRoot = (context: CompletionContext, type: ObjectLike, selections: SelectionSetNode): Complete =>
  completeFields(compileFields(context, type, [selections], { isRoot: true }))

const compileFields = (
  context: CompletionContext,
  type: ObjectLike,
  selectionSets: readonly SelectionSetNode[],
  { isRoot }: { readonly isRoot: boolean },
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
      const denial = (isRoot ? context.denials.root(key) : undefined) ?? context.denials.field(type.name, name)
      const complete = denial ? deny(definition.type, denial) : compileType(context, definition.type, nodes)
      compiled.push({ ...field, complete })
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

const deny =
  (type: GraphQLOutputType, error: CataloguedError): Complete =>
  (_, { findings }) => {
    findings.push({ path: [], error, isConsequence: false })
    return isNonNullType(type) ? BUBBLE : null
  }

const compileType = (context: CompletionContext, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete => {
  if (isNonNullType(type)) return nonNull(compileType(context, type.ofType, nodes))
  if (isListType(type)) return list(compileType(context, type.ofType, nodes))
  if (isLeafType(type)) return completeLeaf(type)
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  return isAbstractType(type)
    ? completeAbstract(context, type, selectionSets)
    : completeObject(context, type, selectionSets)
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
): Complete => {
  const denial = context.denials.object(type.name)
  if (denial) {
    return (value, { findings }) => {
      if (value !== null && value !== undefined) findings.push({ path: [], error: denial, isConsequence: false })
      return null
    }
  }
  const fields = completeFields(compileFields(context, type, selectionSets, { isRoot: false }))
  return (value, completion) => {
    if (value === null || value === undefined) return null
    return isDataObject(value) ? fields(value, completion) : misfit(completion)
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
      const completed = field.complete(field.read(source), completion)
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
): Complete => {
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
      complete = completeObject(context, concrete, selectionSets)
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
