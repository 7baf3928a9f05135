import type { FetchNode } from '@apollo/query-planner'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { pathGuard } from '../preflight/path-guard.ts'
import { isDataObject, type DataObject } from './data.ts'
import { entityPath, type EntityPath } from './entity-path.ts'
import { fetchEntities } from './fetch-entities.ts'
import { addErrors, errorAt, failEntities, failRoot, rootErrors } from './fetch-failure.ts'
import { isLater, type Prompt } from './later.ts'
import { mergeCopy, mergeObject } from './merge-shape.ts'
import { fetchParts, type FetchParts } from './prepared-fetch.ts'
import { compilePathRenames, compileRewrites } from './rewrite.ts'
import type { Run, Step } from './run.ts'
import { sender, type FetchDependencies, type Send, type Sent } from './send-fetch.ts'

/** Compiles a fetch whose results go to the objects at the path `keys`; the root of the answer for the empty path. */
export const compileFetch = (node: FetchNode, keys: readonly string[], dependencies: FetchDependencies): Step => {
  const parts = fetchParts(node, dependencies.supergraphSchema)
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
  const rename = compilePathRenames(node)

  const receive = (run: Run, targets: readonly DataObject[], result: Sent): void => {
    const places = path.keys.length > 0 && isFaulty(result) ? path.locate(run.data, run.decisions) : []
    const fail = (error: CataloguedError): void =>
      path.keys.length > 0 ? failEntities(run, places, shape, error) : failRoot(run, shape, error)
    if (result instanceof CataloguedError) {
      fail(result)
      return
    }
    const errors = rootErrors(result.errors ?? [], rename)
    if (!isDataObject(result.data)) {
      if (errors.length === 0) fail(catalogued('SUBGRAPH_INVALID_RESPONSE'))
      // Others of one code would be told once.
      const failedBy = new Set<string>()
      for (const placed of errors) {
        const { path, error } = placed
        if (path.length > 0) addErrors(run, errorAt(places, placed))
        else if (!failedBy.has(error.code)) {
          failedBy.add(error.code)
          fail(error)
        }
      }
      return
    }
    for (const error of errors) addErrors(run, errorAt(places, error))
    rewrite?.(result.data)
    for (const [index, target] of targets.entries()) {
      if (index === 0) mergeObject(target, result.data, shape)
      else mergeCopy(target, result.data, shape)
    }
  }

  return (run) => {
    const targets = path.collect(run.data, run.decisions)
    if (targets.length === 0) return
    const sent = send(run, variablesOf(run.variables))
    if (isMutation && guarding) return rereadAfter(sent, run).then((result) => receive(run, targets, result))
    if (isLater(sent)) return sent.then((result) => receive(run, targets, result))
    receive(run, targets, sent)
    return
  }
}

/** Whether there is anything to say about it. */
const isFaulty = (result: Sent): boolean =>
  result instanceof CataloguedError || result.errors !== undefined || !isDataObject(result.data)

/** A mutation may have changed what its caller may see of its results. Where grants cannot be read those before count. */
const rereadAfter = async (sent: Prompt<Sent>, { request }: Run): Promise<Sent> => {
  const result = await sent
  await request.access?.refresh().catch(() => undefined)
  return result
}
