import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { StorageResolvers } from '../resolver-types.ts'
import { createBucketPayload } from './payload.ts'

export const bucketResolvers: Pick<StorageResolvers, 'Query' | 'Mutation' | 'Bucket' | 'Project'> = {
  Query: {
    bucket: (_, { id }, { access, loaders }) =>
      loaders.bucket.load({ grant: access.project('STORAGE_BUCKET_READ', id), id: parseIdOrThrow('bkt', id, 'id') }),
  },
  Bucket: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.bucket.load({ grant: access.project('STORAGE_BUCKET_READ', id), id: parseIdOrThrow('bkt', id, 'id') }),
  },
  Project: {
    buckets: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.buckets')
      const key = { grant: access.project('STORAGE_BUCKET_READ', id), id: parseIdOrThrow('prj', id, 'id') }
      return loadConnection(loaders.bucketsOfProject, page, key, (bucket) => bucket.id.local)
    },
  },
  Mutation: {
    createBucket: async (_, { input }, { access, storage }) => {
      const grant = access.project('STORAGE_BUCKET_CREATE', parseIdOrThrow('prj', input.projectId, 'input.projectId'))
      return createBucketPayload(await storage.buckets.create(grant, input))
    },
  },
}
