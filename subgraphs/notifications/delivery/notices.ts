import {
  allocationActivated,
  allocationFailed,
  allocationReleased,
  apiKeyCreated,
  apiKeyRevoked,
  apiKeyRotated,
  memberAdded,
  memberRemoved,
  memberRoleChanged,
  organizationResumed,
  organizationSuspended,
  projectCreated,
  userSignedIn,
  webhookEndpointDisabled,
} from '../../../platform/events/catalogue.ts'
import type { EventDefinition } from '../../../platform/events/define-event.ts'
import type { EventEnvelope, EventOwner } from '../../../platform/events/envelope.ts'
import { ownedId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import { render, type ParametersOf, type Rendered, type Template, type TemplateKey } from '../template/texts.ts'

/** Who is told of an event. */
export type Addressees =
  /** Each of those who hold it in the project of the event, and may know of that project for as long as they do. */
  | { readonly kind: 'holders-in-project'; readonly capability: string }
  /** Each of those who hold it in the organization, suspended or not. */
  | { readonly kind: 'holders-in-organization'; readonly capability: string }
  /** The user whom the event is about. */
  | { readonly kind: 'user' }
  /** The members of the organization together, those who may read the project where the event has one. */
  | { readonly kind: 'members' }

/** How the events of one type are told, and to whom. */
export interface Notice {
  readonly type: string
  readonly to: Addressees
  readonly template: TemplateKey
  readonly write: (template: Template, event: EventEnvelope) => Rendered
  /** The text of the id of what it is about; null when it is about none. */
  readonly subjectOf: (event: EventEnvelope) => string | null
}

interface Told<Key extends TemplateKey, Data> {
  readonly to: Addressees
  readonly parameters: (data: Data, owner: EventOwner) => ParametersOf<Key>
  readonly subject: (data: Data, owner: EventOwner) => string | null
}

const told = <Key extends TemplateKey, Data>(
  { type, read }: Pick<EventDefinition<string, Data>, 'type' | 'read'>,
  template: Key,
  { to, parameters, subject }: Told<Key, Data>,
): Notice => ({
  type,
  to,
  template,
  write: (stored, event) => render(stored, template, parameters(read(event), event.owner)),
  subjectOf: (event) => subject(read(event), event.owner),
})

const ALLOCATION_READERS: Addressees = { kind: 'holders-in-project', capability: 'COMPUTE_ALLOCATION_READ' }
const KEY_READERS: Addressees = { kind: 'holders-in-project', capability: 'API_KEY_READ' }
const MEMBERS_ONE_BY_ONE: Addressees = { kind: 'holders-in-organization', capability: 'ORGANIZATION_READ' }

const nothing = () => ({})
const inProject = (prefix: 'alc' | 'key', { projectId }: EventOwner, local: Uuid): string | null =>
  projectId === undefined ? null : ownedId(prefix, projectId, local).text
const allocation = ({ allocationId }: { allocationId: Uuid }, owner: EventOwner) =>
  inProject('alc', owner, allocationId)
const key = ({ keyId }: { keyId: Uuid }, owner: EventOwner) => inProject('key', owner, keyId)
const organization = (_: unknown, { organizationId }: EventOwner) => selfId('org', organizationId).text
const place = ({ projectId }: EventOwner) => (projectId === undefined ? 'an organization' : 'a project')
/** Where somebody is a member, or was. */
const membership = (_: unknown, { organizationId, projectId }: EventOwner) =>
  projectId === undefined ? selfId('org', organizationId).text : selfId('prj', projectId).text

/** Every event that somebody is told of. Made of the ids and codes of the event alone: an event holds no content (R78). */
export const NOTICES: readonly Notice[] = [
  told(allocationActivated, 'allocation-active', {
    to: ALLOCATION_READERS,
    parameters: ({ skuCode }) => ({ skuCode }),
    subject: allocation,
  }),
  told(allocationReleased, 'allocation-released', {
    to: ALLOCATION_READERS,
    parameters: ({ skuCode }) => ({ skuCode }),
    subject: allocation,
  }),
  told(allocationFailed, 'allocation-failed', {
    to: ALLOCATION_READERS,
    parameters: ({ skuCode, reason }) => ({ skuCode, reason }),
    subject: allocation,
  }),
  told(projectCreated, 'project-created', {
    to: { kind: 'members' },
    parameters: nothing,
    subject: ({ projectId }) => selfId('prj', projectId).text,
  }),
  // One by one: nobody reads what a suspended organization is told together.
  told(organizationSuspended, 'organization-suspended', {
    to: MEMBERS_ONE_BY_ONE,
    parameters: nothing,
    subject: organization,
  }),
  told(organizationResumed, 'organization-resumed', {
    to: { kind: 'members' },
    parameters: nothing,
    subject: organization,
  }),
  told(memberAdded, 'member-added', {
    to: { kind: 'user' },
    parameters: ({ role }, owner) => ({ where: place(owner), role }),
    subject: membership,
  }),
  told(memberRoleChanged, 'member-role-changed', {
    to: { kind: 'user' },
    parameters: ({ role }, owner) => ({ where: place(owner), role }),
    subject: membership,
  }),
  told(memberRemoved, 'member-removed', {
    to: { kind: 'user' },
    parameters: (_, owner) => ({ where: place(owner) }),
    subject: membership,
  }),
  told(apiKeyCreated, 'api-key-created', { to: KEY_READERS, parameters: nothing, subject: key }),
  told(apiKeyRotated, 'api-key-rotated', { to: KEY_READERS, parameters: nothing, subject: key }),
  told(apiKeyRevoked, 'api-key-revoked', { to: KEY_READERS, parameters: nothing, subject: key }),
  told(webhookEndpointDisabled, 'webhook-endpoint-disabled', {
    to: { kind: 'members' },
    parameters: ({ reason }) => ({ reason }),
    subject: ({ webhookEndpointId }, { organizationId }) => ownedId('whe', organizationId, webhookEndpointId).text,
  }),
  told(userSignedIn, 'sign-in', { to: { kind: 'user' }, parameters: ({ at }) => ({ at }), subject: () => null }),
]
