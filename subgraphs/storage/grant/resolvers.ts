import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { StorageResolvers } from '../resolver-types.ts'
import { createStorageGrantPayload, revokeStorageGrantPayload } from './payload.ts'

export const storageGrantResolvers: Pick<StorageResolvers, 'Mutation' | 'StorageGrant' | 'Bucket' | 'Project'> = {
  StorageGrant: {
    __resolveReference: ({ id }, { access, storage }) =>
      storage.grants.find(access.project('STORAGE_GRANT_READ', id), parseIdOrThrow('sgr', id, 'id')),
  },
  Bucket: {
    grants: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Bucket.grants')
      const key = { grant: access.project('STORAGE_GRANT_READ', id), id }
      return loadConnection(loaders.grantsOfBucket, page, key, (grant) => grant.id.local)
    },
  },
  Project: {
    sharedBuckets: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.sharedBuckets')
      const key = { grant: access.project('STORAGE_BUCKET_READ', id), id: parseIdOrThrow('prj', id, 'id') }
      return loadConnection(loaders.sharedWithProject, page, key, (shared) => shared.grantId.local)
    },
  },
  Mutation: {
    createStorageGrant: async (_, { input }, { access, storage }) => {
      const grant = access.project('STORAGE_GRANT_CREATE', input.bucketId, 'input.bucketId')
      const created = await storage.grants.create(grant, {
        ...input,
        bucketId: parseIdOrThrow('bkt', input.bucketId, 'input.bucketId'),
        ownerProjectId: parseIdOrThrow('prj', input.ownerProjectId, 'input.ownerProjectId'),
        subjectProjectId: parseIdOrThrow('prj', input.subjectProjectId, 'input.subjectProjectId'),
      })
      return createStorageGrantPayload(created)
    },
    revokeStorageGrant: async (_, { input }, { access, storage }) => {
      const grant = access.project('STORAGE_GRANT_REVOKE', input.grantId, 'input.grantId')
      return revokeStorageGrantPayload(
        await storage.grants.revoke(grant, parseIdOrThrow('sgr', input.grantId, 'input.grantId')),
      )
    },
  },
}
