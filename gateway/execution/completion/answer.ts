import type { GraphQLError } from 'graphql'
import { toGraphQLError } from '../../errors/graphql-error.ts'
import type { ResponsePath } from '../data.ts'
import type { MergeShape } from '../merge-shape.ts'
import type { FieldError } from '../run.ts'
import type { ClientNames } from '../separated-operation.ts'
import { MAX_ERRORS, tooManyErrors } from '../too-many-errors.ts'
import { PathTree } from './path-tree.ts'
import type { Writing } from './writing.ts'

/** The places of an answer, and what its client calls them. */
interface Places {
  readonly selected: MergeShape
  readonly client: ClientNames | undefined
}

/**
 * The errors of an answer: those of subgraphs cut to places that the client selected, those of completion that no
 * other error explains, none twice. What went wrong inside of something that is denied is nobody's business. Where there
 * are more than an answer tells, the last one says so.
 */
export const errorsOf = (
  fetchErrors: readonly FieldError[],
  { findings, hasMoreCauses, hasMoreConsequences }: Pick<Writing, 'findings' | 'hasMoreCauses' | 'hasMoreConsequences'>,
  { selected, client }: Places,
): GraphQLError[] | undefined => {
  if (fetchErrors.length === 0 && findings.length === 0) return undefined
  const denied = new PathTree(findings.filter(({ isDenial }) => isDenial).map(({ path }) => path))
  const found = fetchErrors
    .filter(({ path }) => !denied.isBelow(path))
    .map(({ path, error }) => ({ path: cut(path, selected), error }))
  const causes = [...found, ...findings.filter(({ isConsequence }) => !isConsequence)]
  const explained = new PathTree(causes.map(({ path }) => path))
  const kept = findings.filter(({ path, isConsequence }) => !isConsequence || !explained.isAlong(path))
  const seen = new Set<string>()
  const told: GraphQLError[] = []
  let hasMore = hasMoreCauses || (hasMoreConsequences && kept.some(({ isConsequence }) => isConsequence))
  for (const { path, error } of [...found, ...kept]) {
    if (path.length === 0 && error.code === 'TOO_MANY_ERRORS') {
      hasMore = true
      continue
    }
    const place = client ? client.pathOf(path) : path
    const key = JSON.stringify([error.code, place])
    if (seen.has(key)) continue
    if (told.length === MAX_ERRORS) {
      hasMore = true
      break
    }
    seen.add(key)
    told.push(toGraphQLError(error, place))
  }
  return hasMore ? [...told, toGraphQLError(tooManyErrors())] : told
}

/** The longest part of the path that the client selected: what was fetched for a later fetch alone is nobody's place. */
const cut = (path: ResponsePath, selected: MergeShape): ResponsePath => {
  let shape: MergeShape | undefined = selected
  for (const [depth, element] of path.entries()) {
    if (typeof element === 'number') continue
    const field: MergeShape[number] | undefined = shape?.find(({ key }) => key === element)
    if (!field) return path.slice(0, depth)
    shape = field.children
  }
  return path
}
