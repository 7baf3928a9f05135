import type { Result } from '../../../platform/result/result.ts'
import { NAME_RULE, refusing } from '../refusals.ts'
import type { CreateEnvironmentRefusal, DeployReleaseRefusal, Environment } from './model.ts'

const notCreated = refusing<CreateEnvironmentRefusal>({
  APP_NOT_FOUND: { field: ['appId'], message: 'The project has no such app.' },
  NAME_INVALID: { field: ['name'], message: NAME_RULE },
  NAME_TAKEN: { field: ['name'], message: 'The app has an environment of this name.' },
})

const notDeployed = refusing<DeployReleaseRefusal>({
  ENVIRONMENT_NOT_FOUND: { field: ['environmentId'], message: 'The project has no such environment.' },
  RELEASE_NOT_FOUND: { field: ['releaseId'], message: 'The project of the environment has no such release.' },
  RELEASE_OF_OTHER_APP: { field: ['releaseId'], message: 'The release belongs to another app.' },
})

export const createEnvironmentPayload = (created: Result<Environment, CreateEnvironmentRefusal>) =>
  created.ok
    ? { environment: created.value, userErrors: [] }
    : { environment: null, userErrors: notCreated(created.error) }

export const deployReleasePayload = (deployed: Result<Environment, DeployReleaseRefusal>) =>
  deployed.ok
    ? { environment: deployed.value, userErrors: [] }
    : { environment: null, userErrors: notDeployed(deployed.error) }
