import { NEIGHBOUR, REMOVED, TARGET, UNKNOWN_SUBJECT } from './arrangement.ts'
import type { Caller, Membership } from '../model/expectation.ts'
import { HELD_BY_ROLE } from '../model/holdings.ts'
import type { ServiceAccountPrincipal } from '../../platform/access/principal.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import { aurora, telescope, userOf } from '../../server/demo/tenants.ts'

/** Every kind of caller that authorization.md sends, and the one who is allowed. */
export const CALLER_KINDS = [
  'anonymous',
  'other organization',
  'other project of the organization',
  'lower role',
  'disabled',
  'removed',
  'suspended organization',
  'revoked key',
  'expired key',
  'foreign key',
  'service account of another project',
  'allowed',
] as const

export type CallerKind = (typeof CALLER_KINDS)[number]

/** Who calls: how it proves itself, and what the model knows of it. */
export interface SentCaller {
  readonly kind: CallerKind
  readonly name: string
  readonly credential: Credential
  readonly caller: Caller
}

/** What is sent where a caller proves itself: nothing, a token of this `sub`, or an API key. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly subject: string }
  | {
      readonly kind: 'key'
      readonly text: string
      readonly principal: ServiceAccountPrincipal
      /** A bad one fails the whole request at the gateway. */
      readonly isGood: boolean
    }

export const NOBODY: Caller = {
  kind: 'anonymous',
  user: undefined,
  isDisabled: false,
  memberships: [],
  platform: undefined,
  chosen: undefined,
  hasFreshSecondFactor: false,
}

const held = (role: string): readonly string[] => HELD_BY_ROLE[role] ?? []

const inOrganization = (organization: string, role: string): Membership => ({
  ...{ organization, project: undefined, capabilities: held(role), isSuspended: false },
})

const inProject = (organization: string, project: string, role: string): Membership => ({
  ...{ organization, project, capabilities: held(role), isSuspended: false },
})

interface Identified {
  readonly id: string | undefined
  readonly subject: string
}

const person = (kind: CallerKind, name: string, { id, subject }: Identified, facts: Partial<Caller>): SentCaller => ({
  ...{ kind, name },
  credential: { kind: 'token', subject },
  caller: { ...NOBODY, kind: 'user', user: id, hasFreshSecondFactor: true, ...facts },
})

const demo = (kind: CallerKind, email: DemoEmail, facts: Partial<Caller>): SentCaller =>
  person(kind, email, userOf(email), facts)

const { organization, project, neighbour } = TARGET

const OWNER: Partial<Caller> = { memberships: [inOrganization(organization.id, 'owner')] }

export const OWNER_CALLER = demo('allowed', 'owner@northwind.example', OWNER)

export const STRANGER_CALLER = demo('other organization', 'owner@aurora.example', {
  memberships: [inOrganization(aurora.id, 'owner')],
})

/** While no organization is suspended. */
export const CALLERS: readonly SentCaller[] = [
  { kind: 'anonymous', name: 'anonymous', credential: { kind: 'none' }, caller: NOBODY },
  STRANGER_CALLER,
  demo('other organization', 'developer@aurora.example', {
    memberships: [inProject(aurora.id, telescope.id, 'developer')],
  }),
  person('other organization', 'a subject without an account', { id: undefined, subject: UNKNOWN_SUBJECT }, {}),
  person('other project of the organization', 'an owner of the neighbouring project', NEIGHBOUR, {
    memberships: [inProject(organization.id, neighbour.id, 'owner')],
  }),
  demo('lower role', 'viewer@northwind.example', { memberships: [inProject(organization.id, project.id, 'viewer')] }),
  demo('lower role', 'developer@northwind.example', {
    memberships: [project, neighbour].map(({ id }) => inProject(organization.id, id, 'developer')),
  }),
  demo('lower role', 'billing@northwind.example', { memberships: [inOrganization(organization.id, 'billing')] }),
  demo('disabled', 'disabled@northwind.example', { ...OWNER, isDisabled: true }),
  person('removed', 'an owner whose membership ended', REMOVED, {}),
  OWNER_CALLER,
  demo('allowed', 'operator@gpuaas.example', { platform: held('operator') }),
]

const MEMBERS = ['owner@northwind.example', 'viewer@northwind.example', 'a key of the project']

/** Those of the callers whose organization is suspended, once it is. */
export const suspendedCallers = (callers: readonly SentCaller[]): readonly SentCaller[] =>
  callers
    .filter(({ name }) => MEMBERS.includes(name))
    .map(({ credential, name, caller }) => ({
      kind: 'suspended organization',
      name: `${name}, suspended`,
      credential,
      caller: { ...caller, memberships: caller.memberships.map((of) => ({ ...of, isSuspended: true })) },
    }))
