import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { AppPlatformResolvers } from '../resolver-types.ts'
import { imageText } from './model.ts'
import { createReleasePayload } from './payload.ts'

export const releaseResolvers: Pick<AppPlatformResolvers, 'Query' | 'Mutation' | 'App' | 'Release'> = {
  Query: {
    release: (_, { id }, { access, loaders }) =>
      loaders.release.load({ grant: access.project('APP_RELEASE_READ', id), id: parseIdOrThrow('rel', id, 'id') }),
  },
  Release: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.release.load({ grant: access.project('APP_RELEASE_READ', id), id: parseIdOrThrow('rel', id, 'id') }),
    app: ({ appId }, _, { access, loaders }) =>
      loaders.app.load({ grant: access.project('APP_READ', appId), id: appId }),
    image: ({ image }) => imageText(image),
  },
  App: {
    releases: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'App.releases', id.text)
      const key = { grant: access.project('APP_RELEASE_READ', id), id }
      return loadConnection(loaders.releasesOfApp, page, key, (release) => release.id.local)
    },
  },
  Mutation: {
    createRelease: async (_, { input }, { access, appPlatform }) => {
      const grant = access.project('APP_RELEASE_CREATE', input.appId, 'input.appId')
      const created = await appPlatform.releases.create(grant, {
        appId: parseIdOrThrow('app', input.appId, 'input.appId'),
        image: input.image,
        manifestHash: input.manifestHash,
        signatureStatus: input.signatureStatus ?? 'UNKNOWN',
        sbomDigest: input.sbomDigest ?? undefined,
      })
      return createReleasePayload(created)
    },
  },
}
