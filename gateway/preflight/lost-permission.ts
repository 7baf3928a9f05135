import type { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Decisions } from './decisions.ts'

/**
 * Why an operation that lasts may not go on as it began: the first of its requirements, those of the root before those
 * below, that was met then and is denied now. What was denied from the beginning takes nothing away.
 */
export const lostPermission = (
  begun: Pick<Decisions, 'errors'>,
  now: Pick<Decisions, 'errors'>,
): CataloguedError | undefined =>
  now.errors.find((error, requirement) => error !== undefined && begun.errors[requirement] === undefined)
