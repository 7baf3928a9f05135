import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { namesOf } from '../supergraph/planning/plan-path.ts'
import { isDataObject, reader, writer, type DataObject, type ResponsePath } from './data.ts'
import type { Rename } from './merge-shape.ts'
import { planStep } from './plan-step.ts'

/** Changes data in place as the plan demands around a fetch: interface objects' type names, aliases of conflicting fields. */
export type Rewrite = (value: unknown) => void

export const compileRewrites = (
  rewrites: readonly FetchDataRewrite[] | undefined,
  schema: GraphQLSchema,
): Rewrite | undefined => {
  const compiled = (rewrites ?? []).flatMap((rewrite) => compileRewrite(rewrite, schema))
  if (compiled.length === 0) return undefined
  return (value) => {
    for (const rewrite of compiled) rewrite(value)
  }
}

/** The key renames among a fetch's rewrites. */
export const renamesOf = (rewrites: readonly FetchDataRewrite[] | undefined): Rename[] =>
  (rewrites ?? []).flatMap((rewrite) => {
    const names = namesOf(rewrite.path)
    const from = names.at(-1)
    if (rewrite.kind !== 'KeyRenamer' || from === undefined) return []
    return [{ path: names.slice(0, -1), from, to: rewrite.renameKeyTo }]
  })

/** The path of an error in what a fetch brought, by the names that the client knows: the planner's are its alone. */
export type RenamePath = (path: ResponsePath) => ResponsePath

export const compilePathRenames = ({ outputRewrites }: FetchNode): RenamePath => {
  const renames = new Map(renamesOf(outputRewrites).map(({ path, from, to }) => [[...path, from].join('.'), to]))
  if (renames.size === 0) return (path) => path
  return (path) => {
    const names: string[] = []
    return path.map((step) => {
      if (typeof step === 'number') return step
      names.push(step)
      return renames.get(names.join('.')) ?? step
    })
  }
}

const compileRewrite = (rewrite: FetchDataRewrite, schema: GraphQLSchema): Rewrite[] => {
  const last = rewrite.path.at(-1)
  if (last === undefined) return []
  const apply = applyAt(last, rewrite)
  return [
    rewrite.path.slice(0, -1).reduceRight<Rewrite>((next, element) => step(element, next, schema), eachObject(apply)),
  ]
}

const eachObject = (apply: (object: DataObject) => void): Rewrite => {
  const visit: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (isDataObject(value)) apply(value)
  }
  return visit
}

const step = (element: string, next: Rewrite, schema: GraphQLSchema): Rewrite => {
  const { meets, read } = planStep(element, schema)
  return eachObject((object) => {
    if (meets(object)) next(read(object))
  })
}

const applyAt = (key: string, rewrite: FetchDataRewrite): ((object: DataObject) => void) => {
  const write = writer(key)
  switch (rewrite.kind) {
    case 'ValueSetter': {
      const value: unknown = rewrite.setValueTo
      return (object) => write(object, value)
    }
    case 'KeyRenamer': {
      const read = reader(key)
      const writeRenamed = writer(rewrite.renameKeyTo)
      return (object) => {
        const value = read(object)
        if (value === undefined) return
        writeRenamed(object, value)
        write(object, undefined)
      }
    }
  }
}
