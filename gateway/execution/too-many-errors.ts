import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'

/** How many errors an answer tells. */
export const MAX_ERRORS = 10_000

/** Stands for those that it does not. */
export const tooManyErrors = (): CataloguedError => catalogued('TOO_MANY_ERRORS', { limit: MAX_ERRORS })
