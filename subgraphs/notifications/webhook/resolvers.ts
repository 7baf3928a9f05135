import { idPage } from '../../../platform/graphql/id-page.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { NotificationsResolvers } from '../resolver-types.ts'
import { WEBHOOK_EVENT_TYPES } from './event-types.ts'
import { endpointConnection } from './page.ts'
import {
  createWebhookEndpointPayload,
  deleteWebhookEndpointPayload,
  disableWebhookEndpointPayload,
  enableWebhookEndpointPayload,
  rotateWebhookSecretPayload,
  updateWebhookEndpointPayload,
} from './payload.ts'

const ENDPOINT = 'input.webhookEndpointId'
const DEFAULT_OVERLAP_SECONDS = 86_400

export const webhookResolvers: Pick<NotificationsResolvers, 'Query' | 'Mutation' | 'Organization' | 'WebhookEndpoint'> =
  {
    Query: {
      webhookEndpoint: async (_, { id }, { access, webhooks }) =>
        (await webhooks.endpoints.find(access.organization('WEBHOOK_READ', id), parseIdOrThrow('whe', id, 'id'))) ??
        null,
      webhookEventTypes: () => WEBHOOK_EVENT_TYPES,
    },
    Organization: {
      webhookEndpoints: async ({ id }, args, { access, webhookLoaders }) => {
        const page = idPage(args, 'Organization.webhookEndpoints')
        return endpointConnection(await webhookLoaders.endpoints.load(access.organization('WEBHOOK_READ', id)), page)
      },
    },
    WebhookEndpoint: {
      __resolveReference: async ({ id }, { access, webhooks }) =>
        (await webhooks.endpoints.find(access.organization('WEBHOOK_READ', id), parseIdOrThrow('whe', id, 'id'))) ??
        null,
      disabledReason: (endpoint) => (endpoint.state === 'DISABLED' ? endpoint.disabledReason : null),
      disabledAt: (endpoint) => (endpoint.state === 'DISABLED' ? endpoint.disabledAt : null),
      secretOverlapEndsAt: ({ id }, _, { access, webhookLoaders }) =>
        webhookLoaders.overlap.load({ grant: access.organization('WEBHOOK_READ', id), id }),
    },
    Mutation: {
      createWebhookEndpoint: async (_, { input }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', input.organizationId, 'input.organizationId')
        const { url, eventTypes, description } = input
        return createWebhookEndpointPayload(
          await webhooks.endpoints.create(grant, { url, eventTypes, description: description ?? '' }),
        )
      },
      updateWebhookEndpoint: async (_, { input }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', input.webhookEndpointId, ENDPOINT)
        const { url, eventTypes, description } = input
        const id = parseIdOrThrow('whe', input.webhookEndpointId, ENDPOINT)
        const changes = {
          ...(typeof url === 'string' && { url }),
          ...(eventTypes && { eventTypes }),
          ...(typeof description === 'string' && { description }),
        }
        return updateWebhookEndpointPayload(
          await webhooks.endpoints.update(grant, id, changes, input.expectedVersion ?? undefined),
        )
      },
      deleteWebhookEndpoint: async (_, { input: { webhookEndpointId: id } }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', id, ENDPOINT)
        return deleteWebhookEndpointPayload(await webhooks.endpoints.delete(grant, parseIdOrThrow('whe', id, ENDPOINT)))
      },
      disableWebhookEndpoint: async (_, { input: { webhookEndpointId: id } }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', id, ENDPOINT)
        return disableWebhookEndpointPayload(
          await webhooks.endpoints.disable(grant, parseIdOrThrow('whe', id, ENDPOINT)),
        )
      },
      enableWebhookEndpoint: async (_, { input: { webhookEndpointId: id } }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', id, ENDPOINT)
        return enableWebhookEndpointPayload(await webhooks.endpoints.enable(grant, parseIdOrThrow('whe', id, ENDPOINT)))
      },
      rotateWebhookSecret: async (_, { input }, { access, webhooks }) => {
        const grant = access.organization('WEBHOOK_MANAGE', input.webhookEndpointId, ENDPOINT)
        const id = parseIdOrThrow('whe', input.webhookEndpointId, ENDPOINT)
        const overlap = input.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS
        return rotateWebhookSecretPayload(await webhooks.secrets.rotate(grant, id, overlap))
      },
    },
  }
