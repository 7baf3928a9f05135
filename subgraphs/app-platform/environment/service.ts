import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import { deploymentCreated } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppId } from '../app/model.ts'
import type { AppPlatformDependencies } from '../dependencies.ts'
import { parseResourceName } from '../naming.ts'
import type { ReleaseId } from '../release/model.ts'
import { deploy, type Environment, type EnvironmentId } from './model.ts'
import type { CreateEnvironmentRefusal, DeployReleaseRefusal } from './model.ts'

export type EnvironmentService = ReturnType<typeof environmentService>

export const environmentService = ({ units, clock, ids }: AppPlatformDependencies) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, wanted: readonly EnvironmentId[]): Promise<Environment[]> =>
    units.projectSet.read(scope, ({ environments }) => environments.findAll(wanted)),

  /** The same page of every app. */
  pages: (scope: ProjectSetScope, apps: readonly AppId[], page: IdPage): Promise<Environment[]> =>
    units.projectSet.read(scope, ({ environments }) => environments.pages(apps, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, apps: readonly AppId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ environments }) => environments.totals(apps)),

  create: (
    grant: ProjectGrant<'APP_CREATE'>,
    input: { readonly appId: AppId; readonly name: string },
  ): Promise<Result<Environment, CreateEnvironmentRefusal>> => {
    const name = parseResourceName(input.name)
    if (!name.ok) return Promise.resolve(name)
    return units.project.write(grant, async ({ environments, audit }) => {
      const environment: Environment = {
        id: ownedId('env', grant.scope.projectId, ids.next()),
        appId: input.appId,
        name: name.value,
        currentReleaseId: null,
        createdAt: clock.now(),
      }
      const inserted = await environments.insert(environment)
      if (!inserted.ok) return inserted
      audit.succeeded('app-platform.environment.create', environment.id.text)
      return ok(environment)
    })
  },

  /** Deploying what is current already changes nothing and leaves no trace. */
  deploy: (
    grant: ProjectGrant<'APP_RELEASE_DEPLOY'>,
    input: { readonly environmentId: EnvironmentId; readonly releaseId: ReleaseId },
  ): Promise<Result<Environment, DeployReleaseRefusal>> => {
    const { organizationId, projectId } = grant.scope
    // A release of another project is not looked for: whether there is one stays unknown.
    if (input.releaseId.scope !== projectId) return Promise.resolve(err('RELEASE_NOT_FOUND'))
    return units.project.write(grant, async ({ environments, releases, audit, outbox }) => {
      const environment = await environments.lock(input.environmentId)
      if (!environment) return err('ENVIRONMENT_NOT_FOUND')
      const release = await releases.find(input.releaseId)
      if (!release) return err('RELEASE_NOT_FOUND')
      const deployed = deploy(environment, release)
      if (!deployed.ok || environment.currentReleaseId?.text === release.id.text) return deployed
      await environments.saveRelease(deployed.value)
      audit.succeeded('app-platform.release.deploy', environment.id.text, { release: release.id.text })
      outbox.add(
        deploymentCreated.create(
          { organizationId, projectId },
          { appId: environment.appId.local, environmentId: environment.id.local, releaseId: release.id.local },
        ),
      )
      return deployed
    })
  },
})
