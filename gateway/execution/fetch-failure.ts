import type { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { SubgraphError } from '../transport/transport.ts'
import type { ResponsePath } from './data.ts'
import type { MergeShape } from './merge-shape.ts'
import type { RenamePath } from './rewrite.ts'
import type { FieldError, Run } from './run.ts'
import { toCatalogued } from './subgraph-error.ts'
import { MAX_ERRORS, tooManyErrors } from './too-many-errors.ts'

/** What failures are added to. */
type Failing = Pick<Run, 'errors'>

/** A whole fetch of root fields failed: one error for each of them. */
export const failRoot = (run: Failing, shape: MergeShape, error: CataloguedError): void => {
  addErrors(run, atFields([], shape, error))
}

/**
 * A whole fetch of entities failed: for a single entity one error for each of its fields that were asked for, for
 * many one error at the list that holds them.
 */
export const failEntities = (
  run: Failing,
  places: readonly ResponsePath[],
  shape: MergeShape,
  error: CataloguedError,
): void => {
  const [first] = places
  if (!first) return
  const list = first.findIndex((element) => typeof element === 'number')
  addErrors(
    run,
    places.length > 1 && list > 0 ? [{ path: first.slice(0, list), error }] : atFields(first, shape, error),
  )
}

function* atFields(object: ResponsePath, shape: MergeShape, error: CataloguedError): Generator<FieldError> {
  for (const { key } of shape) if (key !== '__typename') yield { path: [...object, key], error }
}

/** More than an answer tells: of one thing in many places many are alike. */
const MAX_PLACED = 100_000

/**
 * Adds errors to those of the run, for however many places they are: of those after the first 100,000 one says that
 * there are more. `errors` is read no further than that.
 */
export const addErrors = (run: Failing, errors: Iterable<FieldError>): void => {
  if (run.errors.length > MAX_PLACED) return
  for (const error of errors) {
    if (run.errors.length >= MAX_PLACED) {
      run.errors.push({ path: [], error: tooManyErrors() })
      return
    }
    run.errors.push(error)
  }
}

/** An error about what a fetch brought, at each of the places that show it. */
export function* errorAt(places: readonly ResponsePath[], error: FieldError): Generator<FieldError> {
  if (places.length === 0) yield error
  for (const place of places) yield { ...error, path: [...place, ...error.path] }
}

/** Puts a subgraph's errors about root fields where the client sees them. */
export const rootErrors = (errors: readonly SubgraphError[], rename: RenamePath): FieldError[] => {
  const placed = errors
    .slice(0, MAX_ERRORS)
    .map((error) => ({ path: rename(error.path ?? []), error: toCatalogued(error) }))
  return errors.length > MAX_ERRORS ? [...placed, { path: [], error: tooManyErrors() }] : placed
}

/**
 * Puts a subgraph's errors about `_entities[i]` back to every place that shows entity i. `users` holds for each
 * representation the indices of the places that it was made for.
 */
export function* entityErrors(
  errors: readonly SubgraphError[],
  users: readonly (readonly number[])[],
  places: readonly ResponsePath[],
  rename: RenamePath,
): Generator<FieldError> {
  for (const sent of errors.slice(0, MAX_ERRORS)) {
    const [root, index, ...rest] = sent.path ?? []
    const using = root === '_entities' && typeof index === 'number' ? users[index] : undefined
    const error = toCatalogued(sent)
    if (!using) yield { path: commonPath(places), error }
    else for (const place of using) yield { path: [...(places[place] ?? []), ...rename(rest)], error }
  }
  if (errors.length > MAX_ERRORS) yield { path: commonPath(places), error: tooManyErrors() }
}

const commonPath = (places: readonly ResponsePath[]): ResponsePath => {
  const [first] = places
  if (!first) return []
  const list = places.length > 1 ? first.findIndex((element) => typeof element === 'number') : -1
  return list > 0 ? first.slice(0, list) : first
}
