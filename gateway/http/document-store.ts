import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { BoundedCache } from '../execution/bounded-cache.ts'
import { weightOfDocument } from '../execution/operation-weight.ts'
import { DOCUMENTS_BYTES } from '../operation/documents.ts'

type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>

/** The documents that Apollo Server has parsed. Its own store weighs them without their text, which they keep. */
export const documentStore = (): DocumentStore => {
  const documents = new BoundedCache<DocumentNode>(DOCUMENTS_BYTES, weightOfDocument)
  return {
    get: (key) => Promise.resolve(documents.get(key)),
    set: (key, document) => {
      documents.set(key, document)
      return Promise.resolve()
    },
    delete: (key) => Promise.resolve(documents.delete(key)),
  }
}
