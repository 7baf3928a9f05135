import * as events from '../../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../../platform/events/envelope.ts'
import { isUuid, ownedId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import { ID_KINDS, type IdPrefix } from '../../../platform/ids/kinds.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { EventTypesRefusal } from './model.ts'

/** An event as partners may be told of it: by a name of its own, so that what it is made of here may change. */
export interface WebhookEventType {
  readonly name: string
  readonly description: string
  /** What it is made of. */
  readonly source: { readonly type: events.EventType; readonly read: (event: EventEnvelope) => object }
  /** Which of its data are told, and as which ids of the graph. Ids alone: who gets them asks the graph (R78). */
  readonly ids: Readonly<Record<string, IdPrefix>>
}

/** The public catalogue: what is not here no partner is told. Names are for good. */
export const WEBHOOK_EVENT_TYPES: readonly WebhookEventType[] = [
  {
    name: 'project.created',
    description: 'A project was created.',
    source: events.projectCreated,
    ids: { departmentId: 'dep' },
  },
  {
    name: 'allocation.requested',
    description: 'An allocation was accepted and its machine is prepared.',
    source: events.allocationRequested,
    ids: { allocationId: 'alc' },
  },
  {
    name: 'allocation.activated',
    description: 'An allocation is ready to use.',
    source: events.allocationActivated,
    ids: { allocationId: 'alc' },
  },
  {
    name: 'allocation.failed',
    description: 'An allocation will never be usable; nothing is charged for it.',
    source: events.allocationFailed,
    ids: { allocationId: 'alc' },
  },
  {
    name: 'allocation.released',
    description: 'An allocation was given back.',
    source: events.allocationReleased,
    ids: { allocationId: 'alc' },
  },
  { name: 'app.created', description: 'An app was created.', source: events.appCreated, ids: { appId: 'app' } },
  {
    name: 'release.created',
    description: 'A release of an app was recorded.',
    source: events.releaseCreated,
    ids: { appId: 'app', releaseId: 'rel' },
  },
  {
    name: 'deployment.created',
    description: 'A release was made the current one of an environment.',
    source: events.deploymentCreated,
    ids: { appId: 'app', environmentId: 'env', releaseId: 'rel' },
  },
  {
    name: 'bucket.created',
    description: 'A bucket was created.',
    source: events.bucketCreated,
    ids: { bucketId: 'bkt' },
  },
  {
    name: 'storage_grant.created',
    description: 'A bucket was opened to another project.',
    source: events.storageGrantCreated,
    ids: { bucketId: 'bkt', grantId: 'sgr' },
  },
  {
    name: 'storage_grant.revoked',
    description: 'A bucket was closed to another project again.',
    source: events.storageGrantRevoked,
    ids: { bucketId: 'bkt', grantId: 'sgr' },
  },
  {
    name: 'charge.posted',
    description: 'The use of a resource was posted to the ledger.',
    source: events.chargePosted,
    ids: { transactionId: 'ltx' },
  },
]

/** What `sendTestWebhook` sends: to every endpoint, whatever it chose. */
export const TEST_EVENT_TYPE = 'webhook.test'

const known = new Set(WEBHOOK_EVENT_TYPES.map(({ name }) => name))

/** Known ones, each once. */
export const parseEventTypes = (names: readonly string[]): Result<readonly string[], EventTypesRefusal> => {
  if (names.length === 0) return err('EVENT_TYPES_EMPTY')
  return names.every((name) => known.has(name)) ? ok([...new Set(names)].toSorted()) : err('EVENT_TYPE_UNKNOWN')
}

/** What is sent: made once, and the same bytes at each try. */
export const webhookPayload = (
  name: string,
  occurredAt: string,
  organization: Uuid,
  ids: Readonly<Record<string, string>>,
): string =>
  JSON.stringify({
    type: name,
    timestamp: occurredAt,
    data: { organizationId: selfId('org', organization).text, ...ids },
  })

/** The payload of an event. Throws when the event is not what the catalogue says. */
export const eventPayload = ({ name, source, ids }: WebhookEventType, event: EventEnvelope): string => {
  const { organizationId, projectId } = event.owner
  if (projectId === undefined) throw new Error(`${event.type} has no project that a partner could be told of`)
  const data = new Map(Object.entries(source.read(event)))
  const told = Object.entries(ids).map(([field, prefix]) => {
    const local: unknown = data.get(field)
    if (typeof local !== 'string' || !isUuid(local)) throw new Error(`${event.type} has no id ${field}`)
    const owner = ID_KINDS[prefix] === 'organization' ? organizationId : projectId
    return [field, ownedId(prefix, owner, local).text] as const
  })
  const own = { projectId: selfId('prj', projectId).text, ...Object.fromEntries(told) }
  return webhookPayload(name, event.occurredAt, organizationId, own)
}
