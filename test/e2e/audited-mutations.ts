import { NORTHWIND, PLANNING, VISION } from './demo-ids.ts'
import { userOf } from '../../server/demo/tenants.ts'
import { selfId } from '../../platform/ids/id.ts'
import { parseIdOrThrow } from '../../platform/graphql/parse-id.ts'
import { redeliveryCursor } from '../../subgraphs/notifications/webhook-delivery/position.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'

/** What earlier mutations made, by the name of what they return. */
export type Made = Readonly<Record<string, string>>

/** One mutation that succeeds, in the place where it stands in the list. */
export interface AuditedMutation {
  readonly name: string
  readonly as: DemoEmail
  readonly input: (made: Made) => Readonly<Record<string, unknown>>
  /** What it returns that has an id, kept under this name for those after it. */
  readonly makes?: string
}

const OWNER = 'owner@northwind.example'
const OPERATOR = 'operator@gpuaas.example'

const personOf = (email: DemoEmail): string => selfId('usr', userOf(email).id).text
const NEWCOMER = personOf('developer@aurora.example')
const DISABLED = personOf('viewer@northwind.example')

const owners = (name: string, input: AuditedMutation['input'], makes?: string): AuditedMutation => ({
  ...{ name, as: OWNER, input },
  ...(makes !== undefined && { makes }),
})
const operators = (name: string, input: AuditedMutation['input']): AuditedMutation => ({ name, as: OPERATOR, input })

/** The place before everything that a webhook endpoint was told. */
const beforeAllOf = (endpoint: string | undefined): string =>
  redeliveryCursor({ endpointId: parseIdOrThrow('whe', endpoint ?? '', 'webhookEndpointId'), sequence: 0n })

const DIGEST = `sha256:${'a'.repeat(64)}`

/**
 * Every mutation of the graph, each with an input that succeeds after those before it. A new mutation gets its line
 * here: until then the test of the audit log fails (R80).
 */
export const AUDITED_MUTATIONS: readonly AuditedMutation[] = [
  owners('createOrganization', () => ({ name: 'Audited', slug: 'audited' }), 'organization'),
  owners('createProject', ({ organization }) => ({ organizationId: organization, name: 'Audited' }), 'project'),
  owners('createApp', () => ({ projectId: VISION, name: 'audited' }), 'app'),
  owners('createEnvironment', ({ app }) => ({ appId: app, name: 'audited' }), 'environment'),
  owners(
    'createRelease',
    ({ app }) => ({ appId: app, image: `registry.example.com/audited@${DIGEST}`, manifestHash: DIGEST }),
    'release',
  ),
  owners('deployRelease', ({ environment, release }) => ({ environmentId: environment, releaseId: release })),
  owners('createRoute', ({ environment }) => ({
    ...{ environmentId: environment, hostname: 'audited.example.com', endpoint: 'web:8080' },
    ...{ authMode: 'PUBLIC', routeFamily: 'BROWSER_APP' },
  })),
  owners('putSecret', ({ environment }) => ({ environmentId: environment, name: 'AUDITED', value: 'known' }), 'secret'),
  owners('revealSecret', ({ environment, secret }) => ({ environmentId: environment, secretId: secret })),
  owners('deleteSecret', ({ environment }) => ({ environmentId: environment, name: 'AUDITED' })),
  owners('createAllocation', () => ({ projectId: VISION, name: 'audited', skuCode: 'l40s-1' }), 'allocation'),
  owners('openTerminal', ({ allocation }) => ({ allocationId: allocation }), 'session'),
  owners('reattachTerminal', ({ session }) => ({ sessionId: session })),
  owners('closeTerminal', ({ session }) => ({ sessionId: session })),
  owners('releaseAllocation', ({ allocation }) => ({ allocationId: allocation })),
  owners('createBucket', () => ({ projectId: VISION, name: 'audited' }), 'bucket'),
  owners(
    'createStorageGrant',
    ({ bucket }) => ({ bucketId: bucket, ownerProjectId: VISION, subjectProjectId: PLANNING, rights: 'READ' }),
    'grant',
  ),
  owners('revokeStorageGrant', ({ grant }) => ({ grantId: grant })),
  owners('markNotificationsRead', ({ notification }) => ({ ids: [notification] })),
  owners('dismissNotifications', ({ notification }) => ({ ids: [notification] })),
  owners('markAllNotificationsRead', () => ({})),
  owners('updateNotificationPreferences', () => ({ preferences: [{ category: 'COMPUTE', enabled: true }] })),
  owners('addMember', () => ({ organizationId: NORTHWIND, userId: NEWCOMER, role: 'VIEWER' })),
  owners('changeMemberRole', () => ({ organizationId: NORTHWIND, userId: NEWCOMER, role: 'DEVELOPER' })),
  owners('removeMember', () => ({ organizationId: NORTHWIND, userId: NEWCOMER })),
  owners('addProjectMember', () => ({ projectId: VISION, userId: NEWCOMER, role: 'VIEWER' })),
  owners('changeProjectMemberRole', () => ({ projectId: VISION, userId: NEWCOMER, role: 'DEVELOPER' })),
  owners('removeProjectMember', () => ({ projectId: VISION, userId: NEWCOMER })),
  owners('createServiceAccount', () => ({ projectId: VISION, name: 'audited' }), 'serviceAccount'),
  owners(
    'createApiKey',
    ({ serviceAccount }) => ({ serviceAccountId: serviceAccount, capabilities: ['PROJECT_READ'] }),
    'apiKey',
  ),
  owners('rotateApiKey', ({ apiKey }) => ({ apiKeyId: apiKey }), 'apiKey'),
  owners('revokeApiKey', ({ apiKey }) => ({ apiKeyId: apiKey })),
  owners('suspendServiceAccount', ({ serviceAccount }) => ({ serviceAccountId: serviceAccount })),
  owners('resumeServiceAccount', ({ serviceAccount }) => ({ serviceAccountId: serviceAccount })),
  owners('deleteServiceAccount', ({ serviceAccount }) => ({ serviceAccountId: serviceAccount })),
  owners(
    'createWebhookEndpoint',
    () => ({ organizationId: NORTHWIND, url: 'http://127.0.0.1:9/audited', eventTypes: ['app.created'] }),
    'webhookEndpoint',
  ),
  owners('updateWebhookEndpoint', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint, description: 'x' })),
  owners('rotateWebhookSecret', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint })),
  owners('disableWebhookEndpoint', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint })),
  owners('enableWebhookEndpoint', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint })),
  owners('sendTestWebhook', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint }), 'delivery'),
  owners('redeliverWebhooks', ({ webhookEndpoint }) => ({
    webhookEndpointId: webhookEndpoint,
    after: beforeAllOf(webhookEndpoint),
  })),
  owners('deleteWebhookEndpoint', ({ webhookEndpoint }) => ({ webhookEndpointId: webhookEndpoint })),
  operators('disableUser', () => ({ userId: DISABLED, reason: 'For the audit' })),
  operators('enableUser', () => ({ userId: DISABLED, reason: 'For the audit' })),
  operators('broadcastNotification', () => ({ title: 'Audited', body: 'For the audit' })),
  operators('suspendOrganization', ({ organization }) => ({ organizationId: organization, reason: 'For the audit' })),
  operators('resumeOrganization', ({ organization }) => ({ organizationId: organization, reason: 'For the audit' })),
]
