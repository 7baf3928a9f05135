import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { isDataObject, reader } from '../data.ts'
import type { ObjectLike } from '../../../platform/graphql/execution/collect-fields.ts'
import { misfit } from './leaf.ts'
import { NULL, type Write } from './writing.ts'

export interface AbstractPlace {
  readonly schema: GraphQLSchema
  readonly type: GraphQLCompositeType
  readonly selectionSets: readonly SelectionSetNode[]
  /** Compiles the writing of one of its types, on first sight of it; undefined for a type that may not be shown here. */
  readonly compile: (concrete: ObjectLike) => Write | undefined
}

/** Writes objects by the type that each says it has. */
export const writeAbstract = ({ schema, type, selectionSets, compile }: AbstractPlace): Write => {
  const byTypename = new Map<string, Write>()
  const readTypenames = typenameKeys(selectionSets).map(reader)
  const writerOf = (typename: string): Write | undefined => {
    const concrete = schema.getType(typename)
    // Names come from subgraphs: only those that the API has are remembered.
    if (!isObjectType(concrete) && !isInterfaceType(concrete)) return undefined
    if (concrete.name !== type.name && !(isAbstractType(type) && schema.isSubType(type, concrete))) return undefined
    const write = compile(concrete)
    if (write) byTypename.set(typename, write)
    return write
  }
  return (value, writing) => {
    if (value === null || value === undefined) return NULL
    if (!isDataObject(value)) return misfit(writing)
    let typename: unknown
    for (const read of readTypenames) if ((typename = read(value)) !== undefined) break
    typename ??= type.name
    if (typeof typename !== 'string') return misfit(writing)
    const write = byTypename.get(typename) ?? writerOf(typename)
    return write ? write(value, writing) : misfit(writing)
  }
}

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
