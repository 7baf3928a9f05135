import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { isDataObject, reader, writer, type DataObject } from './data.ts'
import { typeCondition } from '../../platform/graphql/execution/type-condition.ts'

/** Builds what `_entities` is asked with from an entity fetched before; undefined where something required is missing. */
export type BuildRepresentation = (entity: DataObject) => DataObject | undefined

/** Adds to `target` what the selections require of `source`; false when something of it was never fetched. */
type Build = (source: DataObject, target: DataObject) => boolean

export const compileRepresentation = (
  requires: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): BuildRepresentation => {
  const build = compileSelections(requires, schema)
  const readTypename = reader('__typename')
  return (entity) => {
    const representation: DataObject = {}
    return build(entity, representation) && typeof readTypename(representation) === 'string'
      ? representation
      : undefined
  }
}

const compileSelections = (selections: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): Build => {
  const builds = selections.map((selection) => {
    if (selection.kind === 'Field') return compileField(selection, schema)
    const nested = compileSelections(selection.selections, schema)
    return selection.typeCondition === undefined
      ? nested
      : onType(typeCondition(schema, selection.typeCondition), nested)
  })
  const [only] = builds
  if (only && builds.length === 1) return only
  return (source, target) => {
    for (const build of builds) if (!build(source, target)) return false
    return true
  }
}

const onType = (matches: (typename: string) => boolean, build: Build): Build => {
  const readTypename = reader('__typename')
  return (source, target) => {
    const typename = readTypename(source)
    return typeof typename === 'string' && matches(typename) ? build(source, target) : true
  }
}

const compileField = (field: QueryPlanFieldNode, schema: GraphQLSchema): Build => {
  const key = field.alias ?? field.name
  const read = reader(key)
  // A required field that the planner knows by another name is read under that and sent under its own.
  const write = writer(field.name)
  if (!field.selections) {
    return (source, target) => {
      const value = read(source)
      if (value === undefined) return false
      write(target, value)
      return true
    }
  }
  const build = compileSelections(field.selections, schema)
  return (source, target) => {
    const value = buildNested(read(source), read(target), build)
    if (value === undefined) return false
    write(target, value)
    return true
  }
}

/** `present` is what another fragment of the same requirement has built at this place. */
const buildNested = (value: unknown, present: unknown, build: Build): unknown => {
  if (Array.isArray(value)) {
    const items: unknown[] = []
    for (const [index, item] of value.entries()) {
      const built = buildNested(item, Array.isArray(present) ? present[index] : undefined, build)
      if (built === undefined) return undefined
      items.push(built)
    }
    return items
  }
  if (!isDataObject(value)) return value
  const target = isDataObject(present) ? present : {}
  return build(value, target) ? target : undefined
}
