import type { Client } from 'pg'
import { AUDIT_RULES } from './audit-catalogue.ts'

/** What PostgreSQL's catalogue says that the isolation rules forbid; one sentence each, the object first. */
export type Findings = readonly string[]

const DOMAINS = `('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')`

/** Records of the platform that may name a project without being owned by it; each has its column nullable. */
const RECORDS = `('outbox', 'audit_log')`

/** Who operates the platform is decided by whoever owns the database: secured against every service, open to the owner. */
const OWNERS_TABLE = `'iam.platform_roles'`

/** What a function of the owner's writes and reads, and no service does, its own included. */
const UNREAD = `'iam.sign_ins'`

/**
 * Tables with their facts. Partitions are left out here: they are their parent's, and no role may reach them.
 * `owned` tells whether rows belong to one project.
 */
const TABLES = `
  tables as (
    select c.oid, n.nspname as schema, c.relname as name, n.nspname || '.' || c.relname as title,
           c.relrowsecurity as secured, c.relforcerowsecurity as forced,
           coalesce((select array_agg(a.attname::text order by k.position) from pg_constraint p
             cross join unnest(p.conkey) with ordinality as k (attnum, position)
             join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
             where p.conrelid = c.oid and p.contype = 'p'), '{}') as key,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'project_id' and not a.attisdropped)
             and c.relname not in ${RECORDS} as owned,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('project_id', 'org_id', 'user_id')
             and not a.attisdropped) as tenanted
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ${DOMAINS}
  ),
  links as (
    select f.oid, f.conname as name, child.title as child, child.owned as child_owned, parent.title as parent, parent.owned as parent_owned,
           (select array_agg(a.attname::text order by k.position) from unnest(f.conkey) with ordinality as k (attnum, position)
             join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum) as from_columns,
           (select array_agg(a.attname::text order by k.position) from unnest(f.confkey) with ordinality as k (attnum, position)
             join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum) as to_columns
    from pg_constraint f join tables child on child.oid = f.conrelid join tables parent on parent.oid = f.confrelid
    where f.contype = 'f'
  ),
  logins as (
    select r.oid, r.rolname as name, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, case when substr(r.rolname, 8) in ${DOMAINS} then substr(r.rolname, 8) end as home
    from pg_roles r where r.rolname like 'gpuaas\\_%'
  )`

/** Each rule is a query of one text column: a finding a row. */
const RULES = {
  keys: `select title || ': the primary key does not start with (org_id, project_id)' from tables
         where owned and (key[1:2] <> array['org_id', 'project_id'] or cardinality(key) < 3)`,

  projectLinks: `select title || ': no foreign key (org_id, project_id) to iam.projects (org_id, id)' from tables t
         where owned and not exists (select from links l where l.child = t.title and l.parent = 'iam.projects'
           and l.from_columns = array['org_id', 'project_id'] and l.to_columns = array['org_id', 'id'])`,

  parentLinks: `select child || ': foreign key ' || name || ' to ' || parent || ' does not carry the whole key' from links
         where parent_owned and (not child_owned or from_columns[1:2] <> array['org_id', 'project_id']
           or to_columns[1:2] <> array['org_id', 'project_id'])`,

  organizationLinks: `select child || ': foreign key ' || name || ' to ' || parent || ' does not carry the organization' from links
         where parent in ('iam.departments', 'iam.projects') and (to_columns[1] <> 'org_id' or from_columns[1] not like '%org\\_id')`,

  nullable: `select t.title || ': ' || a.attname || ' may be null' from tables t join pg_attribute a on a.attrelid = t.oid
         where t.owned and a.attname in ('org_id', 'project_id') and not a.attnotnull`,

  secured: `select title || ': row-level security is not ' || case when secured then 'forced' else 'enabled' end from tables
         where (tenanted or exists (select from pg_policy p where p.polrelid = tables.oid)) and not (secured and (forced or title = ${OWNERS_TABLE}))`,

  // What is sealed is nobody's own table, but kept by organization all the same.
  sealedSecured: `select c.oid::regclass || ': row-level security is not enabled' from pg_class c
         where c.relnamespace = 'audit'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity`,

  sealedKeys: `select c.oid::regclass || ': the primary key does not start with org_id' from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'audit'::regnamespace and c.relname in ('entries', 'checkpoints') and a.attname = 'org_id'
           and exists (select from pg_constraint p where p.conrelid = c.oid and p.contype = 'p' and p.conkey[1] <> a.attnum)`,

  policies: `select title || ': no policy on the project''s scope' from tables t
         where owned and not exists (select from pg_policy p where p.polrelid = t.oid and p.polcmd = '*' and p.polpermissive
           and pg_get_expr(p.polqual, p.polrelid) like '%project_id = ANY%app.project_ids%'
           and pg_get_expr(p.polwithcheck, p.polrelid) like '%project_id = ANY%app.project_ids%'
           and p.polroles = array[(select oid from pg_roles where rolname = 'gpuaas_' || t.schema)])`,

  // An OR turns index scans into sequential ones, and hides a second way in.
  alternatives: `select t.title || ': policy ' || p.polname || ' has an alternative' from tables t join pg_policy p on p.polrelid = t.oid
         where t.owned and p.polcmd = '*' and (pg_get_expr(p.polqual, p.polrelid) ~ '\\mOR\\M' or pg_get_expr(p.polwithcheck, p.polrelid) ~ '\\mOR\\M')
           and p.polroles = array[(select oid from pg_roles where rolname = 'gpuaas_' || t.schema)]`,

  impersonation: `select a.name || ': may become ' || b.name from logins a join logins b on a.oid <> b.oid where pg_has_role(a.oid, b.oid, 'MEMBER')`,

  openPolicies: `select p.polrelid::regclass || ': policy ' || p.polname || ' is for everybody' from pg_policy p where 0 = any (p.polroles)`,

  grants: `select t.title || ': ' || r.name || ' may not read it' from tables t join logins r on r.home = t.schema
         where t.owned and not has_table_privilege(r.oid, t.oid, 'SELECT')`,

  recordsReadable: `select t.title || ': ' || r.name || ' may do more than append to it' from tables t join logins r on r.home = t.schema
         where t.name in ${RECORDS} and has_table_privilege(r.oid, t.oid, 'SELECT, UPDATE, DELETE, TRUNCATE')`,

  foreignRights: `select t.title || ': ' || r.name || ' has rights on it' from tables t join logins r on r.home is distinct from t.schema
         where (has_table_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
             or has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
           and not (r.name = 'gpuaas_relay' and t.name = 'outbox')
           and not (r.name = 'gpuaas_access' and exists (select from pg_policy p where p.polrelid = t.oid and p.polroles = array[r.oid]) and not has_table_privilege(r.oid, t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
             and not has_any_column_privilege(r.oid, t.oid, 'INSERT, UPDATE'))`,

  unread: `select t.title || ': ' || r.name || ' may read it or write to it' from tables t cross join logins r
         where t.title = ${UNREAD} and has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE')`,

  partitions: `select n.nspname || '.' || c.relname || ': ' || r.name || ' reaches the partition past its parent''s policies'
         from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join logins r
         where c.relispartition and c.relkind in ('r', 'p') and n.nspname in ${DOMAINS}
           and has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')`,

  schemas: `select n.nspname || ': ' || r.name || ' may create objects in it' from pg_namespace n cross join logins r
         where n.nspname in (select schema from tables union values ('public'), ('events'), ('platform'), ('audit'), ('graphile_worker'))
           and has_schema_privilege(r.oid, n.oid, 'CREATE')`,

  foreignSchemas: `select n.nspname || ': ' || r.name || ' may look into it' from pg_namespace n join logins r on r.home is not null
         where n.nspname in ${DOMAINS} and n.nspname <> r.home and has_schema_privilege(r.oid, n.oid, 'USAGE')`,

  roles: `select name || ': is above the rules (superuser, bypassrls, createrole, createdb or replication)' from logins
         where rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication`,

  owners: `select r.name || ': owns ' || d.classid::regclass || ' ' || d.objid from logins r join pg_shdepend d
           on d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
           and d.dbid in (0, (select oid from pg_database where datname = current_database()))`,

  members: `select r.name || ': is a member of ' || m.roleid::regrole from logins r join pg_auth_members m on m.member = r.oid`,

  views: `select n.nspname || '.' || c.relname || ': the view reads with its owner''s rights' from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'v' and n.nspname in ${DOMAINS} and not coalesce(c.reloptions @> array['security_invoker=true'], false)`,

  definers: `select p.oid::regprocedure || ': runs with its owner''s rights and without a fixed search_path, or for everybody'
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where p.prosecdef and n.nspname in (select schema from tables union values ('events'), ('platform'), ('audit'))
           and (not exists (select from unnest(p.proconfig) c where c like 'search\\_path=%')
             or p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))`,

  ...AUDIT_RULES,
} as const satisfies Readonly<Record<string, string>>

/** Everything the catalogue holds against the isolation of tenants and services; empty when all is well. */
export const catalogueFindings = async (client: Client): Promise<Findings> => {
  const rules = Object.values(RULES).map((rule) => `(${rule})`)
  const { rows } = await client.query<{ finding: string }>(
    `with ${TABLES} select finding from (${rules.join('\nunion all\n')}) as found (finding) order by 1`,
  )
  return rows.map(({ finding }) => finding)
}
