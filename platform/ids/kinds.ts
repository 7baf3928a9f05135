/**
 * The closed list of id prefixes of the graph and what each id carries before its local part.
 * - `self`: the id is its own scope (16 bytes): organizations, projects, users.
 * - `organization`, `project`, `user`: the owner's UUID stands before the local UUID (32 bytes).
 * - `platform`: owned by the platform, no tenant inside (16 bytes).
 */
export const ID_KINDS = {
  org: 'self',
  prj: 'self',
  usr: 'self',
  dep: 'organization',
  mbr: 'organization',
  aud: 'organization',
  bac: 'organization',
  ltx: 'organization',
  ent: 'organization',
  whe: 'organization',
  whd: 'organization',
  sva: 'project',
  key: 'project',
  alc: 'project',
  trm: 'project',
  clm: 'project',
  app: 'project',
  env: 'project',
  rel: 'project',
  rte: 'project',
  sec: 'project',
  bkt: 'project',
  sgr: 'project',
  chg: 'project',
  ntf: 'user',
  reg: 'platform',
  sku: 'platform',
  nod: 'platform',
  slt: 'platform',
  evt: 'platform',
} as const satisfies Record<string, IdScope>

export type IdScope = 'self' | 'organization' | 'project' | 'user' | 'platform'

export type IdPrefix = keyof typeof ID_KINDS

/** Prefixes whose ids say which project they live in: `prj` itself and everything a project owns. */
export type ProjectBoundPrefix =
  'prj' | { [P in IdPrefix]: (typeof ID_KINDS)[P] extends 'project' ? P : never }[IdPrefix]

/** Prefixes whose ids say which organization they live in, without a look-up. */
export type OrganizationBoundPrefix =
  'org' | { [P in IdPrefix]: (typeof ID_KINDS)[P] extends 'organization' ? P : never }[IdPrefix]
