import { CataloguedError, entryOf } from '../../platform/errors/catalogue.ts'

/** Whether the same may succeed later; of what the catalogue does not know nobody can say so. */
export const isRetryable = (error: unknown): error is CataloguedError =>
  error instanceof CataloguedError && entryOf(error.code).retryable
