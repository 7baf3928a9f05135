import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { Id } from '../../../platform/ids/id.ts'
import type { AppId } from '../app/model.ts'
import type { Release, ReleaseId } from '../release/model.ts'

export type EnvironmentId = Id<'env'>

/** Where an app runs, and what of it. */
export interface Environment {
  readonly id: EnvironmentId
  readonly appId: AppId
  readonly name: string
  readonly currentReleaseId: ReleaseId | null
  readonly createdAt: Date
}

export type CreateEnvironmentRefusal = 'APP_NOT_FOUND' | 'NAME_INVALID' | 'NAME_TAKEN'

export type DeployReleaseRefusal = 'ENVIRONMENT_NOT_FOUND' | 'RELEASE_NOT_FOUND' | 'RELEASE_OF_OTHER_APP'

/** Releases never cross from one app into another (R14). */
export const deploy = (environment: Environment, release: Release): Result<Environment, 'RELEASE_OF_OTHER_APP'> =>
  release.appId.text === environment.appId.text
    ? ok({ ...environment, currentReleaseId: release.id })
    : err('RELEASE_OF_OTHER_APP')
