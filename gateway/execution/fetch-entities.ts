import type { FetchNode } from '@apollo/query-planner'
import { Kind, type DocumentNode } from 'graphql'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { compileContexts, type ContextGroup } from './context-groups.ts'
import { isDataObject, type DataObject, type ResponsePath } from './data.ts'
import { NONE, representDistinct, soleKey } from './distinct-representations.ts'
import type { EntityPath } from './entity-path.ts'
import { addErrors, entityErrors, failEntities } from './fetch-failure.ts'
import { isLater } from './later.ts'
import { mergeCopy, mergeObject } from './merge-shape.ts'
import { operationOf, type FetchParts } from './prepared-fetch.ts'
import { compileRepresentation, type BuildRepresentation } from './representation.ts'
import { compilePathRenames, compileRewrites, type Rewrite } from './rewrite.ts'
import type { Run, Step } from './run.ts'
import type { FetchDependencies, Send, Sent } from './send-fetch.ts'

/** A fetch of `_entities`: each thing that stands at the path is asked for once, and goes to every place that shows it. */
export const fetchEntities = (
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  path: EntityPath,
  { prepared, shape, variablesOf }: FetchParts,
  send: Send,
  { supergraphSchema }: FetchDependencies,
): Step => {
  const represent = rewritten(
    compileRepresentation(requires, supergraphSchema),
    compileRewrites(node.inputRewrites, supergraphSchema),
  )
  const rewriteOutput = compileRewrites(node.outputRewrites, supergraphSchema)
  const rename = compilePathRenames(node)

  const groupByContext = compileContexts(node, path, supergraphSchema)
  const readKey = soleKey(requires)
  const variable = variableOf(prepared.document)

  const receive = (run: Run, { entities, places, numbers, count }: Asked, result: Sent): void => {
    const locate = (): ResponsePath[] => {
      const all = path.locate(run.data, run.decisions)
      return places ? places.flatMap((place) => all.slice(place, place + 1)) : all
    }
    const failPlaces = (failed: readonly number[], error: CataloguedError): void => {
      const places = locate()
      failEntities(
        run,
        failed.flatMap((place) => places.slice(place, place + 1)),
        shape,
        error,
      )
    }
    const failAll = (error: CataloguedError): void => failPlaces(usersOf(numbers, count).flat(), error)
    if (result instanceof CataloguedError) {
      failAll(result)
      return
    }
    if (result.errors?.length) addErrors(run, entityErrors(result.errors, usersOf(numbers, count), locate(), rename))
    const received: unknown = result.data?.['_entities']
    if (!Array.isArray(received) || received.length !== count) {
      if (!result.errors?.length) failAll(catalogued('SUBGRAPH_INVALID_RESPONSE'))
      return
    }
    let firsts = 0
    let misfits: number[] | undefined
    for (let place = 0; place < entities.length; place++) {
      const target = entities[place]
      const number = numbers ? (numbers[place] ?? NONE) : place
      if (!target || number === NONE) continue
      // They were numbered in the order of their first places.
      const isFirst = number === firsts
      if (isFirst) firsts++
      const entity: unknown = received[number]
      if (!isDataObject(entity)) {
        if (entity !== null && entity !== undefined) (misfits ??= []).push(place)
        continue
      }
      if (isFirst && rewriteOutput) {
        const typename = target['__typename']
        if (entity['__typename'] === undefined && typename !== undefined) entity['__typename'] = typename
        rewriteOutput(entity)
      }
      if (isFirst) mergeObject(target, entity, shape)
      else mergeCopy(target, entity, shape)
    }
    if (misfits) failPlaces(misfits, catalogued('SUBGRAPH_INVALID_RESPONSE'))
  }

  const ask = (run: Run, entities: readonly DataObject[], context?: ContextGroup): Promise<void> | undefined => {
    const { representations, numbers } = representDistinct(entities, represent, readKey)
    if (representations.length === 0) return
    const asked: Asked = { entities, places: context?.places, numbers, count: representations.length }
    const sent = send(run, { ...variablesOf(run.variables), ...context?.values, [variable]: representations })
    if (isLater(sent)) return sent.then((result) => receive(run, asked, result))
    receive(run, asked, sent)
    return
  }

  if (!groupByContext) return (run) => ask(run, path.collect(run.data, run.decisions))
  return async (run) => {
    const groups = groupByContext(run, path.collect(run.data, run.decisions))
    await Promise.all(
      groups.map(async (group) => {
        await ask(run, group.entities, group)
      }),
    )
  }
}

/** The variable in which a fetch of entities is told of which: the one argument of its one field. */
const variableOf = (document: DocumentNode): string => {
  const [field] = operationOf(document).operation.selectionSet.selections
  const value = field?.kind === Kind.FIELD ? field.arguments?.[0]?.value : undefined
  if (value?.kind !== Kind.VARIABLE) throw new Error('A fetch of entities that is not told of which')
  return value.name.value
}

/** What one fetch of entities asked for. */
interface Asked {
  readonly entities: readonly DataObject[]
  /** Their indices among all at the path, where they are some of them. */
  readonly places: readonly number[] | undefined
  /** Of each of the entities the number of its representation, or `NONE`; undefined where each has its own. */
  readonly numbers: readonly number[] | undefined
  /** How many representations there are. */
  readonly count: number
}

const rewritten = (represent: BuildRepresentation, rewrite: Rewrite | undefined): BuildRepresentation => {
  if (!rewrite) return represent
  return (entity) => {
    const representation = represent(entity)
    if (representation) rewrite(representation)
    return representation
  }
}

/** For each representation, the indices of the entities that it stands for. */
const usersOf = (numbers: Asked['numbers'], count: number): number[][] => {
  const users = Array.from({ length: count }, (_, number): number[] => (numbers ? [] : [number]))
  if (numbers) for (const [place, number] of numbers.entries()) users[number]?.push(place)
  return users
}
