import type { Client } from 'pg'
import { AUDITED, TARGET } from './arrangement.ts'
import type { Place } from '../model/expectation.ts'
import { PLATFORM_CHAIN } from '../../platform/audit/entry.ts'
import { isUuid, ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import type { IdPrefix } from '../../platform/ids/kinds.ts'
import { telescope, userOf } from '../../server/demo/tenants.ts'

/** One thing of the seeded world, by the type that the graph gives it. */
export interface Thing {
  readonly type: string
  /** The value of its key field, or of an argument that names it. */
  readonly key: string
  readonly place: Place
}

/** Whose things: those that everybody asks for, those of the project beside it, or those of another organization. */
export type Side = 'target' | 'neighbour' | 'foreign'

export type Things = ReadonlyMap<string, Thing>

interface Table {
  readonly type: string
  readonly prefix: IdPrefix
  readonly owner: 'project' | 'organization' | 'user' | 'platform'
  readonly table: string
  /** Which of several rows: the first by this. */
  readonly order?: string
}

/** Where the rows of each type stand. A type of the graph that is missing here is a case that is missing. */
export const TABLES: readonly Table[] = [
  { type: 'Department', prefix: 'dep', owner: 'organization', table: 'iam.departments', order: 'is_default desc' },
  { type: 'LedgerTransaction', prefix: 'ltx', owner: 'organization', table: 'billing.transactions' },
  { type: 'Charge', prefix: 'chg', owner: 'project', table: 'billing.charges' },
  { type: 'Allocation', prefix: 'alc', owner: 'project', table: 'compute.allocations', order: `state = 'ACTIVE' desc` },
  { type: 'TerminalSession', prefix: 'trm', owner: 'project', table: 'compute.terminal_sessions' },
  { type: 'App', prefix: 'app', owner: 'project', table: 'app_platform.apps' },
  { type: 'Environment', prefix: 'env', owner: 'project', table: 'app_platform.environments' },
  { type: 'Release', prefix: 'rel', owner: 'project', table: 'app_platform.releases' },
  { type: 'Route', prefix: 'rte', owner: 'project', table: 'app_platform.routes' },
  { type: 'Secret', prefix: 'sec', owner: 'project', table: 'app_platform.secrets' },
  { type: 'Bucket', prefix: 'bkt', owner: 'project', table: 'storage.buckets' },
  { type: 'StorageGrant', prefix: 'sgr', owner: 'project', table: 'storage.grants' },
  {
    ...{ type: 'ServiceAccount', prefix: 'sva', owner: 'project', table: 'iam.service_accounts' },
    order: `name = 'proof: 0 spare' desc`,
  },
  {
    ...{ type: 'ApiKey', prefix: 'key', owner: 'project', table: 'iam.api_keys' },
    order: `service_account_id = (select id from iam.service_accounts where name = 'proof: 0 spare') desc`,
  },
  { type: 'Notification', prefix: 'ntf', owner: 'user', table: 'notifications.notifications' },
  { type: 'WebhookEndpoint', prefix: 'whe', owner: 'organization', table: 'notifications.webhook_endpoints' },
  { type: 'WebhookDelivery', prefix: 'whd', owner: 'organization', table: 'notifications.webhook_deliveries' },
  { type: 'ComputeNode', prefix: 'nod', owner: 'platform', table: 'compute.nodes' },
]

const NARROWED = {
  project: 'project_id = $1',
  organization: 'org_id = $1',
  user: 'channel_id = $1',
  platform: '$1::uuid is not null',
}

const uuid = (text: string): Uuid => {
  if (!isUuid(text)) throw new Error(`${text} is not a UUID`)
  return text
}

const SIDES = {
  target: { project: TARGET.project, email: 'owner@northwind.example' },
  neighbour: { project: TARGET.neighbour, email: 'developer@northwind.example' },
  foreign: { project: telescope, email: 'owner@aurora.example' },
} as const

const ownersOf = (side: Side) => {
  const { project, email } = SIDES[side]
  return { organization: project.organization.id, project: project.id, user: userOf(email).id }
}

const placeOf = (owner: Table['owner'], { organization, project, user }: ReturnType<typeof ownersOf>): Place => {
  switch (owner) {
    case 'project':
      return { organization, project }
    case 'organization':
      return { organization }
    case 'user':
      return { user }
    case 'platform':
      return {}
  }
}

const rowOf = async (owner: Client, { table, owner: kind, order = 'id' }: Table, scope: Uuid) => {
  const { rows } = await owner.query<{ id: string }>(
    `select id::text from ${table} where ${NARROWED[kind]} order by ${order}, id limit 1`,
    [scope],
  )
  return rows[0] && uuid(rows[0].id)
}

/** Reads which things stand on one side. Types that have none there are absent. */
export const readThings = async (owner: Client, side: Side): Promise<Things> => {
  const of = ownersOf(side)
  const { organization, project, user } = of
  const things: Thing[] = [
    { type: 'Organization', key: selfId('org', organization).text, place: { organization } },
    { type: 'Project', key: selfId('prj', project).text, place: { organization, project } },
    { type: 'User', key: selfId('usr', user).text, place: { user } },
    { type: 'BillingAccount', key: ownedId('bac', organization, organization).text, place: { organization } },
    { type: 'Sku', key: 'l40s-1', place: {} },
    { type: 'AuditEntry', key: ownedId('aud', organization, AUDITED.organization).text, place: { organization } },
    { type: 'PlatformAuditEntry', key: ownedId('aud', PLATFORM_CHAIN, AUDITED.platform).text, place: {} },
  ]
  for (const table of TABLES) {
    const scope = table.owner === 'platform' ? organization : of[table.owner]
    const id = await rowOf(owner, table, scope)
    if (id === undefined) continue
    const key = table.owner === 'platform' ? selfId(table.prefix, id).text : ownedId(table.prefix, scope, id).text
    things.push({ type: table.type, key, place: placeOf(table.owner, of) })
  }
  return new Map(things.map((thing) => [thing.type, thing]))
}
