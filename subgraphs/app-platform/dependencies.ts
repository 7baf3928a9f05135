import type { Clock } from '../../platform/clock/clock.ts'
import type { IdGenerator } from '../../platform/ids/generator.ts'
import type { AppPlatformUnits } from './units.ts'

/** What app-platform's services are made of. */
export interface AppPlatformDependencies {
  readonly units: AppPlatformUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}
