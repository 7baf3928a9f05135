import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import { releaseCreated } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppId } from '../app/model.ts'
import type { AppPlatformDependencies } from '../dependencies.ts'
import { parseDigest, parseImage, type CreateReleaseRefusal, type Release, type ReleaseId } from './model.ts'
import type { SignatureStatus } from './model.ts'

export interface CreateRelease {
  readonly appId: AppId
  readonly image: string
  readonly manifestHash: string
  readonly signatureStatus: SignatureStatus
  readonly sbomDigest: string | undefined
}

type Content = Pick<Release, 'image' | 'manifestHash' | 'trust'>

const readContent = (input: CreateRelease): Result<Content, CreateReleaseRefusal> => {
  const image = parseImage(input.image)
  if (!image.ok) return image
  const manifestHash = parseDigest(input.manifestHash)
  if (!manifestHash.ok) return err('MANIFEST_HASH_INVALID')
  const sbomDigest = input.sbomDigest === undefined ? ok(null) : parseDigest(input.sbomDigest)
  if (!sbomDigest.ok) return err('SBOM_DIGEST_INVALID')
  const trust = { signatureStatus: input.signatureStatus, sbomDigest: sbomDigest.value }
  return ok({ image: image.value, manifestHash: manifestHash.value, trust })
}

export type ReleaseService = ReturnType<typeof releaseService>

export const releaseService = ({ units, clock, ids }: AppPlatformDependencies) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, wanted: readonly ReleaseId[]): Promise<Release[]> =>
    units.projectSet.read(scope, ({ releases }) => releases.findAll(wanted)),

  /** The same page of every app. */
  pages: (scope: ProjectSetScope, apps: readonly AppId[], page: IdPage): Promise<Release[]> =>
    units.projectSet.read(scope, ({ releases }) => releases.pages(apps, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, apps: readonly AppId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ releases }) => releases.totals(apps)),

  create: (
    grant: ProjectGrant<'APP_RELEASE_CREATE'>,
    input: CreateRelease,
  ): Promise<Result<Release, CreateReleaseRefusal>> => {
    const content = readContent(input)
    if (!content.ok) return Promise.resolve(content)
    return units.project.write(grant, async ({ releases, audit, outbox }) => {
      const { organizationId, projectId } = grant.scope
      const id = ownedId('rel', projectId, ids.next())
      const release: Release = { id, appId: input.appId, ...content.value, createdAt: clock.now() }
      if (!(await releases.insert(release))) return err('APP_NOT_FOUND')
      audit.succeeded('app-platform.release.create', id.text, { digest: release.image.digest })
      const data = { appId: input.appId.local, releaseId: id.local }
      outbox.add(releaseCreated.create({ organizationId, projectId }, data))
      return ok(release)
    })
  },
})
