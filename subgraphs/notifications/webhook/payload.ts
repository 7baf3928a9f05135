import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { WithSecret } from './dependencies.ts'
import {
  MAX_ENDPOINTS,
  type CreateWebhookEndpointRefusal,
  type DisableWebhookEndpointRefusal,
  type EnableWebhookEndpointRefusal,
  type EndpointInputRefusal,
  type RotateWebhookSecretRefusal,
  type UpdateWebhookEndpointRefusal,
  type WebhookEndpoint,
  type WebhookEndpointId,
} from './model.ts'

export const NOT_FOUND = { field: ['webhookEndpointId'], message: 'The organization has no such webhook endpoint.' }
const NOT_CONFIGURED = { field: [], message: 'This installation has no webhooks.' }

const INPUT: Refusals<EndpointInputRefusal> = {
  URL_INVALID: {
    field: ['url'],
    message: 'An https URL as it is usually written, of 2048 characters at most, without credentials and fragment.',
  },
  URL_NOT_ALLOWED: { field: ['url'], message: 'The address is not on the open internet, or its port is not allowed.' },
  DESCRIPTION_INVALID: { field: ['description'], message: 'A description has 200 characters of one line at most.' },
  EVENT_TYPES_EMPTY: { field: ['eventTypes'], message: 'At least one type of events has to be chosen.' },
  EVENT_TYPE_UNKNOWN: { field: ['eventTypes'], message: 'One of the types is not in the catalogue.' },
}

const CREATE: Refusals<CreateWebhookEndpointRefusal> = {
  ...INPUT,
  NOT_CONFIGURED,
  LIMIT_REACHED: {
    field: ['organizationId'],
    message: `An organization may have ${String(MAX_ENDPOINTS)} webhook endpoints.`,
  },
}
const UPDATE: Refusals<UpdateWebhookEndpointRefusal> = {
  ...INPUT,
  NOT_FOUND,
  VERSION_CONFLICT: {
    field: ['expectedVersion'],
    message: 'Somebody changed the endpoint since; look at it again.',
  },
  NOT_CONFIGURED,
}
const DISABLE: Refusals<DisableWebhookEndpointRefusal> = {
  NOT_FOUND,
  ALREADY_DISABLED: { field: ['webhookEndpointId'], message: 'The webhook endpoint is disabled already.' },
}
const ENABLE: Refusals<EnableWebhookEndpointRefusal> = {
  NOT_FOUND,
  ALREADY_ENABLED: { field: ['webhookEndpointId'], message: 'The webhook endpoint is enabled already.' },
}
const ROTATE: Refusals<RotateWebhookSecretRefusal> = {
  NOT_FOUND,
  NOT_CONFIGURED,
  OVERLAP_INVALID: { field: ['overlapSeconds'], message: 'An overlap has 0 to 604800 seconds.' },
}

/** The endpoint, or why there is none. */
const endpointPayload = <Code extends string>(changed: Result<WebhookEndpoint, Code>, refusals: Refusals<Code>) =>
  changed.ok
    ? { webhookEndpoint: changed.value, userErrors: [] }
    : { webhookEndpoint: null, userErrors: refusedWith(changed.error, refusals) }

const secretPayload = <Code extends string>(made: Result<WithSecret, Code>, refusals: Refusals<Code>) =>
  made.ok
    ? { webhookEndpoint: made.value.endpoint, secret: made.value.secret.value, userErrors: [] }
    : { webhookEndpoint: null, secret: null, userErrors: refusedWith(made.error, refusals) }

export const createWebhookEndpointPayload = (made: Result<WithSecret, CreateWebhookEndpointRefusal>) =>
  secretPayload(made, CREATE)

export const rotateWebhookSecretPayload = (made: Result<WithSecret, RotateWebhookSecretRefusal>) =>
  secretPayload(made, ROTATE)

export const updateWebhookEndpointPayload = (changed: Result<WebhookEndpoint, UpdateWebhookEndpointRefusal>) =>
  endpointPayload(changed, UPDATE)

export const disableWebhookEndpointPayload = (changed: Result<WebhookEndpoint, DisableWebhookEndpointRefusal>) =>
  endpointPayload(changed, DISABLE)

export const enableWebhookEndpointPayload = (changed: Result<WebhookEndpoint, EnableWebhookEndpointRefusal>) =>
  endpointPayload(changed, ENABLE)

export const deleteWebhookEndpointPayload = (deleted: Result<WebhookEndpointId, 'NOT_FOUND'>) =>
  deleted.ok
    ? { deletedWebhookEndpointId: deleted.value.text, userErrors: [] }
    : { deletedWebhookEndpointId: null, userErrors: refusedWith(deleted.error, { NOT_FOUND }) }
