import type { FetchNode } from '@apollo/query-planner'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { pathGuard } from '../preflight/path-guard.ts'
import { isDataObject, type DataObject } from './data.ts'
import { entityErrors, failEntities, failRoot, rootErrors } from './fetch-failure.ts'
import { copyObject, mergeObject, type MergeShape } from './merge-shape.ts'
import { entityPath, type EntityPath } from './entity-path.ts'
import { fetchParts, type FetchParts } from './prepared-fetch.ts'
import { compileRepresentation } from './representation.ts'
import { compileRewrites, renamesOf } from './rewrite.ts'
import type { Run, Step } from './run.ts'
import { sender, type FetchDependencies, type Send } from './send-fetch.ts'

/** Compiles a fetch whose results go to the objects at the path `keys`; the root of the answer for the empty path. */
export const compileFetch = (node: FetchNode, keys: readonly string[], dependencies: FetchDependencies): Step => {
  if (node.contextRewrites?.length)
    throw catalogued('SUPERGRAPH_INVALID', {}, { message: '@fromContext is not supported.' })
  const parts = fetchParts(node)
  const send = sender(parts.prepared, dependencies)
  const wanted = parts.shape.map(({ key }) => key).filter((key) => key !== '__typename')
  const path = entityPath(keys, dependencies.guarding && pathGuard(dependencies.guarding, keys, wanted))
  return node.requires
    ? fetchEntities(node, node.requires, path, parts, send, dependencies)
    : fetchRoot(node, path, parts, send, dependencies)
}

const fetchRoot = (
  node: FetchNode,
  path: EntityPath,
  parts: FetchParts,
  send: Send,
  { supergraphSchema, guarding }: FetchDependencies,
): Step => {
  const { shape, variablesOf, isMutation } = parts
  const rewrite = compileRewrites(node.outputRewrites, supergraphSchema)
  const renamed = topLevelRenames(node)
  return async (run) => {
    const targets = path.collect(run.data, run.decisions)
    if (targets.length === 0) return
    const result = await send(run, variablesOf(run.variables))
    if (isMutation && guarding) await rereadGrants(run)
    const places = path.keys.length > 0 ? path.locate(run.data, run.decisions) : []
    const fail = (error: CataloguedError): void =>
      path.keys.length > 0 ? failEntities(run, places, shape, error) : failRoot(run, shape, error)
    if (result instanceof CataloguedError) {
      fail(result)
      return
    }
    const errors = rootErrors(result.errors ?? [], renamed)
    if (!isDataObject(result.data)) {
      if (errors.length === 0) fail(catalogued('SUBGRAPH_INVALID_RESPONSE'))
      for (const error of errors) {
        if (error.path.length === 0) fail(error.error)
        else run.errors.push(...prefixed(error, places))
      }
      return
    }
    for (const error of errors) run.errors.push(...prefixed(error, places))
    rewrite?.(result.data)
    mergeEach(targets, result.data, shape)
  }
}

/** A mutation may have changed what its caller may see of its results. Where grants cannot be read those before count. */
const rereadGrants = async ({ request }: Run): Promise<void> => {
  await request.access?.refresh().catch(() => undefined)
}

const fetchEntities = (
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  path: EntityPath,
  { shape, variablesOf }: FetchParts,
  send: Send,
  { supergraphSchema }: FetchDependencies,
): Step => {
  const represent = compileRepresentation(requires, supergraphSchema)
  const rewriteInput = compileRewrites(node.inputRewrites, supergraphSchema)
  const rewriteOutput = compileRewrites(node.outputRewrites, supergraphSchema)
  const renamed = topLevelRenames(node)
  return async (run) => {
    const entities = path.collect(run.data, run.decisions)
    const representations: DataObject[] = []
    /** For each representation, the indices of the entities that it stands for. */
    const users: number[][] = []
    const indexOf = new Map<string, number>()
    for (const [place, entity] of entities.entries()) {
      const representation = represent(entity)
      if (!representation) continue
      rewriteInput?.(representation)
      const key = entities.length > 1 ? JSON.stringify(representation) : ''
      const known = indexOf.get(key)
      if (known !== undefined) users[known]?.push(place)
      else {
        indexOf.set(key, representations.length)
        representations.push(representation)
        users.push([place])
      }
    }
    if (representations.length === 0) return
    const result = await send(run, { ...variablesOf(run.variables), representations })
    if (result instanceof CataloguedError) {
      failEntities(run, placesOf(run, path, users), shape, result)
      return
    }
    if (result.errors?.length)
      run.errors.push(...entityErrors(result.errors, users, path.locate(run.data, run.decisions), renamed))
    const received: unknown = result.data?.['_entities']
    if (!Array.isArray(received) || received.length !== representations.length) {
      if (!result.errors?.length)
        failEntities(run, placesOf(run, path, users), shape, catalogued('SUBGRAPH_INVALID_RESPONSE'))
      return
    }
    for (const [index, entity] of received.entries()) {
      if (!isDataObject(entity)) continue
      const targets = entitiesAt(entities, users[index])
      if (rewriteOutput) {
        const typename = targets[0]?.['__typename']
        if (entity['__typename'] === undefined && typename !== undefined) entity['__typename'] = typename
        rewriteOutput(entity)
      }
      mergeEach(targets, entity, shape)
    }
  }
}

/** The first place takes the fetched object itself; every further one a copy, so that no two share what later fetches write to. */
const mergeEach = (targets: readonly DataObject[], source: DataObject, shape: MergeShape): void => {
  let isFirst = true
  for (const target of targets) {
    mergeObject(target, isFirst ? source : copyObject(source, shape), shape)
    isFirst = false
  }
}

const entitiesAt = (entities: readonly DataObject[], places: readonly number[] = []): DataObject[] => {
  const found: DataObject[] = []
  for (const place of places) {
    const entity = entities[place]
    if (entity) found.push(entity)
  }
  return found
}

const placesOf = (run: Run, path: EntityPath, users: readonly (readonly number[])[]) => {
  const places = path.locate(run.data, run.decisions)
  return users.flat().flatMap((place) => (places[place] ? [places[place]] : []))
}

const prefixed = (error: Run['errors'][number], places: readonly (readonly (string | number)[])[]): Run['errors'] =>
  places.length === 0 ? [error] : places.map((place) => ({ ...error, path: [...place, ...error.path] }))

const topLevelRenames = (node: FetchNode): ReadonlyMap<string, string> =>
  new Map(
    renamesOf(node.outputRewrites).flatMap(({ path, from, to }) => (path.length === 0 ? [[from, to] as const] : [])),
  )
