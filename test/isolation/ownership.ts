import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'graphql'
import type { Client } from 'pg'
import { readRules } from '../../directives/read-rules.ts'

/** Whose rows a table holds, or whose objects a type: the narrowest tenant that they name. */
export type Owner = 'project' | 'organization' | 'user' | 'nobody'

export interface Ownership {
  /** Of each `schema.table` as the datamodel has it. */
  readonly datamodel: ReadonlyMap<string, { readonly model: string; readonly owner: Owner }>
  /** Of each `schema.table`, by the policies that bind its subgraph's role. */
  readonly policies: ReadonlyMap<string, Owner>
  /** Of each object type with a rule of its own. */
  readonly types: ReadonlyMap<string, Owner>
}

const ROOT = join(import.meta.dirname, '../..')
const MODEL = /^model (\w+) \{\n([\s\S]*?)^\}/gm

const holds = (body: string, column: string): boolean =>
  new RegExp(`^\\s+\\w+\\s+String\\s.*@map\\("${column}"\\)`, 'm').test(body) // `String?` is not owned by it

const ownerOf = (body: string): Owner => {
  if (holds(body, 'project_id')) return 'project'
  if (holds(body, 'org_id')) return 'organization'
  return holds(body, 'user_id') ? 'user' : 'nobody'
}

export const readDatamodel = async (): Promise<Ownership['datamodel']> => {
  const folder = join(ROOT, 'prisma/schema')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.prisma'))
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(MODEL)].map(([, model = '', body = '']) => {
        const [table = '', schema = ''] = [/@@map\("(\w+)"\)/, /@@schema\("(\w+)"\)/].map(
          (at) => at.exec(body)?.[1] ?? '',
        )
        return [`${schema}.${table}`, { model, owner: ownerOf(body) }] as const
      }),
    ),
  )
}

const POLICIES = `
  select t.schemaname || '.' || t.tablename as title,
    coalesce(bool_or(p.qual like '%project_id = ANY%app.project_ids%'), false) as project,
    coalesce(bool_or(p.qual like '%app.org_ids%'), false) as organization,
    coalesce(bool_or(p.qual like '%app.user_id%'), false) as "user"
  from pg_tables t left join pg_policies p on p.schemaname = t.schemaname and p.tablename = t.tablename
    and ('gpuaas_' || t.schemaname)::name = any (p.roles)
  where t.schemaname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')
    and not exists (select from pg_inherits i where i.inhrelid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass)
  group by 1`

interface PolicyRow {
  readonly title: string
  readonly project: boolean
  readonly organization: boolean
  readonly user: boolean
}

export const readPolicies = async (client: Client): Promise<Ownership['policies']> => {
  const { rows } = await client.query<PolicyRow>(POLICIES)
  return new Map(
    rows.map(({ title, ...by }) => [
      title,
      (['project', 'organization', 'user'] as const).find((o) => by[o]) ?? 'nobody',
    ]),
  )
}

const OWNER_BY_RULE = {
  project: 'project',
  organization: 'organization',
  self: 'user',
  platform: 'nobody',
  public: 'nobody',
} as const

export const readTypes = (supergraph: string): Ownership['types'] =>
  new Map(
    [...readRules(parse(supergraph, { noLocation: true }))].flatMap(([coordinate, { scopes }]) => {
      const [scope] = scopes
      return coordinate.includes('.') || scope === undefined ? [] : [[coordinate, OWNER_BY_RULE[scope.kind]] as const]
    }),
  )

/** The scopes themselves, which name no scope above them or are named by their own id, and what is kept by channel. */
const BY_THEIR_OWN_ID: Readonly<Record<string, Owner>> = {
  'iam.organizations': 'organization',
  'iam.users': 'user',
  'notifications.channels': 'organization',
  'notifications.notifications': 'organization',
}

/**
 * Records of the platform name whom they are about; the organization reads them through a policy, or appends alone.
 * Idempotency keys are of whatever scope was written in, the organization's among them.
 */
const isRecord = (table: string): boolean => /\.(outbox|audit_log|idempotency_keys)$/.test(table)

/** A type that is a scope, or is delivered to one person, whatever its rows name. */
const TYPES_BY_THEIR_OWN_ID: Readonly<Record<string, Owner>> = {
  Organization: 'organization',
  Project: 'project',
  User: 'user',
  Notification: 'user',
}

const MODEL_OF_TYPE: Readonly<Record<string, string>> = { ComputeNode: 'Node' }

/** Types over the records of every subgraph. */
const OVER_RECORDS: ReadonlySet<string> = new Set(['AuditEntry', 'PlatformAuditEntry'])

/** Where directive map, datamodel and policies disagree about who owns what: one sentence each, empty when all is well. */
export const driftOf = ({ datamodel, policies, types }: Ownership): readonly string[] => {
  const findings: string[] = []
  for (const [table, { model, owner }] of datamodel) {
    const enforced = policies.get(table)
    if (enforced === undefined) findings.push(`${table}: the datamodel has ${model}, the database has no such table`)
    const expected = isRecord(table) ? 'organization' : (BY_THEIR_OWN_ID[table] ?? owner)
    if (enforced !== undefined && enforced !== expected)
      findings.push(`${table}: owned by ${expected} in the datamodel, by ${enforced} in its policies`)
  }
  for (const table of policies.keys())
    if (!datamodel.has(table)) findings.push(`${table}: the database has it, the datamodel does not`)
  const models = new Map([...datamodel.values()].map(({ model, owner }) => [model, owner]))
  for (const [type, ruled] of types) {
    if (OVER_RECORDS.has(type)) continue
    const owner = models.get(MODEL_OF_TYPE[type] ?? type)
    if (owner === undefined)
      findings.push(`${type}: its rule is that of ${ruled}, and no model of this name says whose it is`)
    else if ((TYPES_BY_THEIR_OWN_ID[type] ?? owner) !== ruled)
      findings.push(
        `${type}: owned by ${TYPES_BY_THEIR_OWN_ID[type] ?? owner} in the datamodel, by ${ruled} in its rule`,
      )
  }
  return findings
}
