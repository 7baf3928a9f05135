import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { typeCondition } from '../../platform/graphql/execution/type-condition.ts'
import { isDataObject, reader, type DataObject } from './data.ts'
import type { EntityPath } from './entity-path.ts'
import type { Run } from './run.ts'

/** Entities whose context says the same: what one fetch of them may be told of it. */
export interface ContextGroup {
  readonly entities: DataObject[]
  /** The indices of the entities among all at the path. */
  readonly places: number[]
  /** By variable of the fetch. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Entities of which a context is not known, because it could not be fetched, are in no group. */
export type GroupByContext = (run: Run, entities: readonly DataObject[]) => readonly ContextGroup[]

/**
 * What the fields of a fetch are told of the objects above (`@fromContext`): the plan says how far above, and where there.
 * Undefined where they are told nothing.
 */
export const compileContexts = (
  { contextRewrites = [], variableUsages = [] }: FetchNode,
  path: EntityPath,
  schema: GraphQLSchema,
): GroupByContext | undefined => {
  const used = contextRewrites.filter(({ renameKeyTo }) => variableUsages.includes(renameKeyTo))
  if (used.length === 0) return undefined
  const names = [...new Set(used.map(({ renameKeyTo }) => renameKeyTo))]
  const reads = used.map(({ path: way, renameKeyTo }) => {
    const up = way.filter((step) => step === UP).length
    return { up, variable: renameKeyTo, read: compileWay(way.slice(up), schema) }
  })
  return (run, entities) => {
    const above = new Map<number, readonly DataObject[]>()
    for (const { up } of reads) if (!above.has(up)) above.set(up, path.above(up, run.data, run.decisions))
    const groups = new Map<string, ContextGroup>()
    for (const [place, entity] of entities.entries()) {
      const values: Record<string, unknown> = {}
      for (const { up, variable, read } of reads) {
        const value = read(above.get(up)?.[place])
        if (value !== undefined) values[variable] = value
      }
      if (names.some((name) => !Object.hasOwn(values, name))) continue
      const key = JSON.stringify(names.map((name) => values[name]))
      const group = groups.get(key) ?? { entities: [], places: [], values }
      groups.set(key, group)
      group.entities.push(entity)
      group.places.push(place)
    }
    return [...groups.values()]
  }
}

const UP = '..'
const FRAGMENT = '... on '

type Find = (value: unknown) => unknown

/** What stands at the end of a way; undefined where the way is not that of the object. */
const compileWay = (way: readonly string[], schema: GraphQLSchema): Find =>
  way.reduceRight<Find>(
    (next, step) => compileStep(step, next, schema),
    (value) => value,
  )

const compileStep = (step: string, next: Find, schema: GraphQLSchema): Find => {
  if (!step.startsWith(FRAGMENT)) {
    const read = reader(step)
    return (value) => (isDataObject(value) ? next(read(value)) : value === null ? null : undefined)
  }
  const matches = typeCondition(schema, step.slice(FRAGMENT.length))
  const readTypename = reader('__typename')
  return (value) => {
    const typename = isDataObject(value) ? readTypename(value) : undefined
    return typeof typename === 'string' && !matches(typename) ? undefined : next(value)
  }
}
