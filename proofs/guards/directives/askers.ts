import { CAPABILITIES } from '../../../directives/capabilities.ts'
import { createAccess, type Access } from '../../../platform/access/access.ts'
import { NO_GRANTS, type Grants } from '../../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../../platform/access/principal.ts'
import { aurora, telescope, userOf } from '../../../server/demo/tenants.ts'
import type { Caller } from '../../model/expectation.ts'
import { TARGET } from '../../stage/arrangement.ts'
import { NOBODY } from '../../stage/callers.ts'

/** Somebody whose denials tell one rule from another: what the model knows of them is what the grants say. */
export interface Asker {
  readonly name: string
  readonly caller: Caller
  readonly access: Access
}

const EVERYTHING = Object.keys(CAPABILITIES)

interface Standing {
  readonly name: string
  readonly at: 'the target' | 'the project beside it' | 'another organization' | 'nowhere'
  readonly capabilities: readonly string[]
  readonly factor: 'fresh' | 'of last week' | 'none'
  readonly signedIn: boolean
  readonly suspended: boolean
  readonly disabled: boolean
}

const USUAL: Omit<Standing, 'name'> = {
  at: 'the target',
  capabilities: EVERYTHING,
  factor: 'fresh',
  signedIn: true,
  suspended: false,
  disabled: false,
}

/** Where somebody is at home: the organization only where they belong to all of it. */
const homeOf = (at: Standing['at']) => {
  const { organization, project, neighbour } = TARGET
  switch (at) {
    case 'the target':
      return { organization: organization.id, project: project.id, ofOrganization: true }
    case 'the project beside it':
      return { organization: organization.id, project: neighbour.id, ofOrganization: false }
    case 'another organization':
      return { organization: aurora.id, project: telescope.id, ofOrganization: true }
    case 'nowhere':
      return undefined
  }
}

const WEEK_MS = 7 * 86_400_000

const principalOf = ({ signedIn, factor, name }: Standing): Principal =>
  signedIn
    ? {
        ...{ kind: 'user', subject: name, sessionId: undefined },
        authenticatedAt: new Date(Date.now() - (factor === 'of last week' ? WEEK_MS : 0)),
        assurance: factor === 'none' ? 'single' : 'multi',
      }
    : ANONYMOUS

/** Whose things are asked for. */
export const TARGET_USER = userOf('owner@northwind.example').id
const STRANGER = userOf('owner@aurora.example').id

const askerOf = (standing: Standing): Asker => {
  const { name, at, capabilities, suspended, disabled, signedIn, factor } = standing
  const home = homeOf(at)
  const held = { suspended, capabilities: new Set(capabilities) }
  const userId = at === 'the target' ? TARGET_USER : STRANGER
  const grants: Grants = signedIn
    ? {
        ...{ userId, disabled },
        platform: new Set(at === 'the target' ? capabilities : []),
        organizations: new Map(home?.ofOrganization === true ? [[home.organization, held]] : []),
        projects: new Map(home ? [[home.project, { organizationId: home.organization, ...held }]] : []),
      }
    : NO_GRANTS
  const principal = principalOf(standing)
  const membership = home && { organization: home.organization, capabilities, isSuspended: suspended }
  return {
    name,
    access: createAccess({ principal, grants, reload: () => Promise.resolve(grants) }),
    caller: {
      ...NOBODY,
      kind: signedIn ? 'user' : 'anonymous',
      user: signedIn ? userId : undefined,
      isDisabled: disabled,
      memberships: membership
        ? [
            { ...membership, project: home.project },
            ...(home.ofOrganization ? [{ ...membership, project: undefined }] : []),
          ]
        : [],
      platform: signedIn && at === 'the target' ? capabilities : undefined,
      hasFreshSecondFactor: factor === 'fresh',
    },
  }
}

const stand = (name: string, standing: Partial<Standing>): Standing => ({ ...USUAL, ...standing, name })

/** Those who are asked for any mutant, and one who holds everything but the capability in question. */
export const askersFor = (capability: string | undefined): readonly Asker[] =>
  [
    stand('who holds everything', {}),
    ...(capability === undefined
      ? []
      : [
          stand(`who holds everything but ${capability}`, {
            capabilities: EVERYTHING.filter((held) => held !== capability),
          }),
        ]),
    stand('nobody', { signedIn: false, at: 'nowhere' }),
    stand('a stranger', { at: 'another organization' }),
    stand('an owner of the project beside it', { at: 'the project beside it' }),
    stand('who showed a second factor last week', { factor: 'of last week' }),
    stand('who showed no second factor', { factor: 'none' }),
    stand('who is disabled', { disabled: true }),
  ].map(askerOf)
