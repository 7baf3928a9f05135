import { ALL_ROLES, type Role } from './roles.ts'

/** The database's roles that the product connects as, without their prefix `gpuaas_`. */
export const DATABASE_LOGINS = [
  'iam',
  'compute',
  'app_platform',
  'storage',
  'billing',
  'notifications',
  'access',
  'relay',
  'worker',
  'sealer',
] as const

export type DatabaseLogin = (typeof DATABASE_LOGINS)[number]

const LOGINS: Readonly<Record<Role, readonly DatabaseLogin[]>> = {
  gateway: ['access'],
  'subgraph:iam': ['iam', 'access'],
  'subgraph:compute': ['compute', 'access'],
  'subgraph:app-platform': ['app_platform', 'access'],
  'subgraph:storage': ['storage', 'access'],
  'subgraph:billing': ['billing', 'access'],
  'subgraph:notifications': ['notifications', 'access'],
  worker: DATABASE_LOGINS,
  identity: [],
  migrate: DATABASE_LOGINS,
  // Its reports are compute's rows.
  terminal: ['compute', 'access'],
  'node-agent': [],
}

/** The logins whose passwords a process with these roles must know. */
export const loginsOf = (roles: ReadonlySet<Role>): readonly DatabaseLogin[] => {
  const used = new Set(ALL_ROLES.filter((role) => roles.has(role)).flatMap((role) => LOGINS[role]))
  return DATABASE_LOGINS.filter((login) => used.has(login))
}
