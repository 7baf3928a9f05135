import { visit, type DocumentNode } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'

/** Refuses `__typename` as the name of anything else: what is fetched is known, and decided, by the name of its type. */
export const refuseReservedNames = (document: DocumentNode): void =>
  void visit(document, {
    Field: ({ alias, name }) => {
      if (alias?.value === '__typename' && name.value !== '__typename')
        throw catalogued(
          'GRAPHQL_VALIDATION_FAILED',
          {},
          { message: `"__typename" cannot be another name of the field "${name.value}".` },
        )
    },
  })
