/**
 * Everything that is kept in the cache or sent over it (R98). Types let no other key or channel through: a new one is
 * written down here first, with the tenant whose part follows its name, so that what is a tenant's is dropped by its prefix.
 */
export const KEY_FAMILIES = {
  /** What a terminal token is good for, by its hash; gone when it is spent or too old (R41). */
  'terminal.token': 'project',
  /** Until when a terminal token was good, or that it is spent: tells a replay from what never was a token (R42). */
  'terminal.token-fate': 'project',
  /** Of the tests of the cache itself. */
  test: 'anybody',
} as const satisfies Readonly<Record<string, Tenant>>

export const CHANNELS = {
  /** Whose grants changed: keys of principals. */
  'access.epoch': 'nobody',
  /** Something to read, for the streams of one user. */
  notifications: 'user',
  /** The same, for those of an organization's members, and for everybody's. */
  'organization-notifications': 'organization',
  'broadcast-notifications': 'nobody',
  /** The version of a terminal session, for those who watch it: its project, allocation, node and the session (R44). */
  'terminal.session': 'project',
  /** Of the tests of the cache itself. */
  test: 'anybody',
} as const satisfies Readonly<Record<string, Tenant>>

/** Whose id comes first after the name: `nobody` where what is said names no tenant. */
type Tenant = 'organization' | 'project' | 'user' | 'nobody' | 'anybody'

export type KeyFamily = keyof typeof KEY_FAMILIES

type NameOf<Channels, Of extends Tenant> = {
  [Name in keyof Channels]: Channels[Name] extends Of ? Name & string : never
}[keyof Channels]

/** `access.epoch`, `notifications.<user>`. */
export type Channel =
  NameOf<typeof CHANNELS, 'nobody'> | `${NameOf<typeof CHANNELS, Exclude<Tenant, 'nobody'>>}.${string}`
