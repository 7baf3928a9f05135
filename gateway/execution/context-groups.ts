import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { sourceAt } from '../supergraph/planning/plan-path.ts'
import { isDataObject, type DataObject } from './data.ts'
import type { EntityPath } from './entity-path.ts'
import { planStep } from './plan-step.ts'
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
 * What the fields of a fetch are told of the objects above (`@fromContext`): the plan says how far above, and where there; the
 * nearest one of which it says so tells. Undefined where they are told nothing.
 */
export const compileContexts = (
  { contextRewrites = [], variableUsages = [] }: FetchNode,
  path: EntityPath,
  schema: GraphQLSchema,
): GroupByContext | undefined => {
  const sources = contextRewrites
    .filter(({ renameKeyTo }) => variableUsages.includes(renameKeyTo))
    .map(({ path: at, renameKeyTo }): Source => {
      const { up, way } = sourceAt(at)
      return { variable: renameKeyTo, up, read: compileWay(way, schema) }
    })
  if (sources.length === 0) return undefined
  const byVariable = Map.groupBy(sources, ({ variable }) => variable)
  return (run, entities) => {
    const above = new Map<number, readonly DataObject[]>()
    for (const { up } of sources) if (!above.has(up)) above.set(up, path.above(up, run.data, run.decisions))
    const groups = new Map<string, ContextGroup>()
    for (const [place, entity] of entities.entries()) {
      const values: Record<string, unknown> = {}
      for (const [variable, own] of byVariable) values[variable] = told(own, (up) => above.get(up)?.[place])
      if (Object.values(values).includes(undefined)) continue
      const key = JSON.stringify(values)
      const group = groups.get(key) ?? { entities: [], places: [], values }
      groups.set(key, group)
      group.entities.push(entity)
      group.places.push(place)
    }
    return [...groups.values()]
  }
}

interface Source {
  readonly variable: string
  readonly up: number
  readonly read: Find
}

/** Said by an object of another type than the one that was to say it. */
const NOT_SAID = Symbol('not said')

type Find = (value: unknown) => unknown

/** What the nearest says that sets the context; undefined where that could not be fetched. */
const told = (sources: readonly Source[], above: (up: number) => unknown): unknown => {
  for (const { up, read } of sources) {
    const value = read(above(up))
    if (value !== NOT_SAID) return value
  }
  return undefined
}

/** What stands at the end of a way; of a list that of each, which is not known where one of them is not. */
const compileWay = ([step, ...rest]: readonly string[], schema: GraphQLSchema): Find => {
  if (step === undefined) return (value) => value
  const follow = planStep(step, schema)
  const next = compileWay(rest, schema)
  const find: Find = (value) => {
    if (Array.isArray(value)) {
      const each = value.map(find)
      return each.includes(undefined) ? undefined : each
    }
    if (!isDataObject(value)) return value === null ? null : undefined
    return follow.meets(value) ? next(follow.read(value)) : NOT_SAID
  }
  return find
}
