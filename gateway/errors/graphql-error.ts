import { GraphQLError } from 'graphql'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'

/** A failure as graphql-js and its servers carry it; anything that is not of the catalogue is `INTERNAL`. */
export const toGraphQLError = (error: unknown, path?: readonly (string | number)[]): GraphQLError => {
  const known = error instanceof CataloguedError ? error : catalogued('INTERNAL', {}, { cause: error })
  return new GraphQLError(known.message, {
    ...(path !== undefined && path.length > 0 && { path }),
    originalError: known,
    extensions: { ...known.extensions },
  })
}
