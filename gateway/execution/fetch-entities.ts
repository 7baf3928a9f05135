import type { FetchNode } from '@apollo/query-planner'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { isDataObject, type DataObject } from './data.ts'
import type { EntityPath } from './entity-path.ts'
import { entityErrors, failEntities } from './fetch-failure.ts'
import { isLater } from './later.ts'
import { mergeEach } from './merge-shape.ts'
import type { FetchParts } from './prepared-fetch.ts'
import { compileRepresentation, identityOf } from './representation.ts'
import { compileRewrites, topLevelRenames } from './rewrite.ts'
import type { Run, Step } from './run.ts'
import type { FetchDependencies, Send, Sent } from './send-fetch.ts'

/** A fetch of `_entities`: each thing that stands at the path is asked for once, and goes to every place that shows it. */
export const fetchEntities = (
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

  const receive = (run: Run, { entities, representations, users }: Asked, result: Sent): void => {
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
    for (let index = 0; index < received.length; index++) {
      const entity: unknown = received[index]
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

  return (run) => {
    const asked: Asked = { entities: path.collect(run.data, run.decisions), representations: [], users: [] }
    const { entities, representations, users } = asked
    const indexOf = new Map<string, number>()
    for (let place = 0; place < entities.length; place++) {
      const entity = entities[place]
      const representation = entity && represent(entity)
      if (!representation) continue
      rewriteInput?.(representation)
      const key = entities.length > 1 ? identityOf(representation) : ''
      const known = indexOf.get(key)
      if (known !== undefined) users[known]?.push(place)
      else {
        indexOf.set(key, representations.length)
        representations.push(representation)
        users.push([place])
      }
    }
    if (representations.length === 0) return
    const sent = send(run, { ...variablesOf(run.variables), representations })
    if (isLater(sent)) return sent.then((result) => receive(run, asked, result))
    receive(run, asked, sent)
    return
  }
}

/** What one fetch of entities asked for. */
interface Asked {
  readonly entities: readonly DataObject[]
  readonly representations: DataObject[]
  /** For each representation, the indices of the entities that it stands for. */
  readonly users: number[][]
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
