import type { GraphQLError } from 'graphql'
import { toGraphQLError } from '../../errors/graphql-error.ts'
import type { ResponsePath } from '../data.ts'
import type { MergeShape } from '../merge-shape.ts'
import type { FieldError } from '../run.ts'
import type { ClientNames } from '../separate-typenames.ts'
import type { Finding } from './writing.ts'

/** The places of an answer, and what its client calls them. */
interface Places {
  readonly selected: MergeShape
  readonly client: ClientNames | undefined
}

/**
 * The errors of an answer: those of subgraphs cut to places that the client selected, those of completion that no
 * other error explains, none twice. What went wrong inside of something that is denied is nobody's business.
 */
export const errorsOf = (
  fetchErrors: readonly FieldError[],
  findings: readonly Finding[],
  { selected, client }: Places,
): GraphQLError[] | undefined => {
  if (fetchErrors.length === 0 && findings.length === 0) return undefined
  const denied = findings.filter(({ isDenial }) => isDenial)
  const found = fetchErrors
    .filter(({ path }) => !denied.some((denial) => isBelow(path, denial.path)))
    .map(({ path, error }) => ({ path: cut(path, selected), error }))
  const explained = [...found, ...findings.filter(({ isConsequence }) => !isConsequence)].map(({ path }) => path)
  const kept = findings.filter(
    ({ path, isConsequence }) => !isConsequence || !explained.some((other) => isAlong(path, other)),
  )
  const seen = new Set<string>()
  return [...found, ...kept].flatMap(({ path, error }) => {
    const place = client ? client.pathOf(path) : path
    const key = JSON.stringify([error.code, place])
    if (seen.has(key)) return []
    seen.add(key)
    return [toGraphQLError(error, place)]
  })
}

const isBelow = (path: ResponsePath, other: ResponsePath): boolean => path.length > other.length && isAlong(path, other)

/** One of the two leads through the other. */
const isAlong = (path: ResponsePath, other: ResponsePath): boolean => {
  const length = Math.min(path.length, other.length)
  for (let index = 0; index < length; index++) if (path[index] !== other[index]) return false
  return true
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
