import type { Case } from './case.ts'
import { ALLOW } from '../model/expectation.ts'
import { valueAt, type Answer } from '../stage/answer.ts'

/** What a caller got: `ALLOW`, the code of the error, or `NOTHING` for a null that nobody explains. */
export interface Outcome {
  readonly got: string
  /** Something stands where an error says that nothing may. */
  readonly leaks: boolean
}

const concerns = (error: Answer['errors'][number], path: Case['path']): boolean =>
  error.path.every((key, index) => index >= path.length || key === path[index])

/** Reads an answer at the place of its case. An error without a path is the whole request's. */
export const outcomeOf = ({ path, answers }: Case, answer: Answer): Outcome => {
  const value = valueAt(answer.data, path)
  const isThere = value !== null && value !== undefined
  const failure = answer.errors.find((error) => concerns(error, path))
  if (failure !== undefined) return { got: failure.code, leaks: isThere }
  if (isThere) return { got: ALLOW, leaks: false }
  const owner = valueAt(answer.data, path.slice(0, -1))
  const isNullField = answers === 'field' && owner !== null && owner !== undefined
  return { got: isNullField ? ALLOW : 'NOTHING', leaks: false }
}
