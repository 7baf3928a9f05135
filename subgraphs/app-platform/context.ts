import type { OperationContext, SubgraphPlatform } from '../../platform/subgraph/module.ts'
import { appService, type AppService } from './app/service.ts'
import { environmentService, type EnvironmentService } from './environment/service.ts'
import type { AppPlatformLoaders } from './loaders.ts'
import { releaseService, type ReleaseService } from './release/service.ts'
import { routeService, type RouteService } from './route/service.ts'
import { secretService, type SecretService } from './secret/service.ts'
import { appPlatformUnits } from './units.ts'

/** app-platform's use cases. */
export interface AppPlatform {
  readonly apps: AppService
  readonly environments: EnvironmentService
  readonly releases: ReleaseService
  readonly routes: RouteService
  readonly secrets: SecretService
}

export interface AppPlatformContext extends OperationContext {
  readonly appPlatform: AppPlatform
  readonly loaders: AppPlatformLoaders
}

/** A project as other parts of the graph name it: by its id alone. */
export interface ProjectReference {
  readonly id: string
}

export const createAppPlatform = ({
  database,
  clock,
  ids,
  envelope,
}: Pick<SubgraphPlatform, 'database' | 'clock' | 'ids' | 'envelope'>): AppPlatform => {
  const dependencies = { units: appPlatformUnits(database), clock, ids }
  return {
    apps: appService(dependencies),
    environments: environmentService(dependencies),
    releases: releaseService(dependencies),
    routes: routeService(dependencies),
    secrets: secretService({ ...dependencies, envelope }),
  }
}
