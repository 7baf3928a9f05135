import type { ProjectScope, ProjectSetScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { createUnits } from '../../platform/database/units.ts'
import { AppRepository, AppSetRepository } from './app/repository.ts'
import { EnvironmentRepository, EnvironmentSetRepository } from './environment/repository.ts'
import { ReleaseRepository, ReleaseSetRepository } from './release/repository.ts'
import { RouteRepository, RouteSetRepository } from './route/repository.ts'
import { SecretRepository, SecretSetRepository } from './secret/repository.ts'

interface ProjectRepositories {
  readonly apps: AppRepository
  readonly environments: EnvironmentRepository
  readonly releases: ReleaseRepository
  readonly routes: RouteRepository
  readonly secrets: SecretRepository
}

interface ProjectSetRepositories {
  readonly apps: AppSetRepository
  readonly environments: EnvironmentSetRepository
  readonly releases: ReleaseSetRepository
  readonly routes: RouteSetRepository
  readonly secrets: SecretSetRepository
}

/** app-platform's doors to the database, one for each kind of scope. */
export interface AppPlatformUnits {
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, ProjectSetRepositories>
}

export const appPlatformUnits = (database: Database): AppPlatformUnits => ({
  project: createUnits(database, (db, scope: ProjectScope) => ({
    apps: new AppRepository(db, scope),
    environments: new EnvironmentRepository(db, scope),
    releases: new ReleaseRepository(db, scope),
    routes: new RouteRepository(db, scope),
    secrets: new SecretRepository(db, scope),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({
    apps: new AppSetRepository(db, scope),
    environments: new EnvironmentSetRepository(db, scope),
    releases: new ReleaseSetRepository(db, scope),
    routes: new RouteSetRepository(db, scope),
    secrets: new SecretSetRepository(db, scope),
  })),
})
