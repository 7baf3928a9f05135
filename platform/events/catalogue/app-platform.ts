import { defineEvent } from '../define-event.ts'
import { id } from './fields.ts'

export const appCreated = defineEvent({
  type: 'appplatform.app_created',
  version: 1,
  owner: 'project',
  description: 'An application was created.',
  data: { appId: id },
})

export const releaseCreated = defineEvent({
  type: 'appplatform.release_created',
  version: 1,
  owner: 'project',
  description: 'An immutable release of an application was recorded.',
  data: { appId: id, releaseId: id },
})

export const deploymentCreated = defineEvent({
  type: 'appplatform.deployment_created',
  version: 1,
  owner: 'project',
  description: 'A release was made the current one of an environment.',
  data: { appId: id, environmentId: id, releaseId: id },
})

export const APP_PLATFORM_EVENTS = [appCreated, releaseCreated, deploymentCreated] as const
