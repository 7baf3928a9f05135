import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import { appCreated } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId, type ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppPlatformDependencies } from '../dependencies.ts'
import { parseResourceName, PRODUCTION } from '../naming.ts'
import type { App, AppId, CreateAppRefusal } from './model.ts'

export type AppService = ReturnType<typeof appService>

export const appService = ({ units, clock, ids }: AppPlatformDependencies) => ({
  /** Those that exist, in no order. */
  findAll: (scope: ProjectSetScope, wanted: readonly AppId[]): Promise<App[]> =>
    units.projectSet.read(scope, ({ apps }) => apps.findAll(wanted)),

  /** The same page of every project. */
  pages: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage): Promise<App[]> =>
    units.projectSet.read(scope, ({ apps }) => apps.pages(projects, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ apps }) => apps.totals(projects)),

  /** Makes an app with its first environment. */
  create: (
    grant: ProjectGrant<'APP_CREATE'>,
    input: { readonly name: string },
  ): Promise<Result<App, CreateAppRefusal>> => {
    const name = parseResourceName(input.name)
    if (!name.ok) return Promise.resolve(name)
    return units.project.write(grant, async ({ apps, environments, audit, outbox }) => {
      const { organizationId, projectId } = grant.scope
      const createdAt = clock.now()
      const app: App = { id: ownedId('app', projectId, ids.next()), name: name.value, createdAt }
      if (!(await apps.insert(app))) return err('NAME_TAKEN')
      const id = ownedId('env', projectId, ids.next())
      const first = { id, appId: app.id, name: PRODUCTION, currentReleaseId: null, createdAt }
      const inserted = await environments.insert(first)
      if (!inserted.ok) throw new Error(`A new app has no first environment: ${inserted.error}`)
      audit.succeeded('app-platform.app.create', app.id.text)
      outbox.add(appCreated.create({ organizationId, projectId }, { appId: app.id.local }))
      return ok(app)
    })
  },
})
