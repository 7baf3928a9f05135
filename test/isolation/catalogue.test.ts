import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { catalogueFindings } from './catalogue.ts'

let testDatabase: TestDatabase
let owner: Client

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
})
afterAll(() => testDatabase.drop())

test('R5, R90: the migrated database keeps every rule of isolation', async () => {
  await expect(catalogueFindings(owner)).resolves.toEqual([])
})

test('the rules look at tables: the product has project-owned ones in every domain that sells something', async () => {
  const { rows } = await owner.query<{ schema: string }>(
    `select distinct table_schema as schema from information_schema.columns where column_name = 'project_id' and is_nullable = 'NO' order by 1`,
  )
  expect(rows.map(({ schema }) => schema)).toEqual(
    expect.arrayContaining(['app_platform', 'billing', 'compute', 'iam', 'storage']),
  )
})

/** A project-owned table as it should be; each case breaks one thing of it. */
const SOUND = `
  create table compute.probes (org_id uuid, project_id uuid, id uuid, allocation_id uuid,
    constraint probes_key primary key (org_id, project_id, id),
    constraint probes_project foreign key (org_id, project_id) references iam.projects (org_id, id),
    constraint probes_allocation foreign key (org_id, project_id, allocation_id) references compute.allocations (org_id, project_id, id));
  alter table compute.probes enable row level security, force row level security;
  create policy tenant on compute.probes to gpuaas_compute
    using (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
    with check (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
  grant select, insert on compute.probes to gpuaas_compute;`

const BREAKS: readonly (readonly [row: string, sql: string, finding: string])[] = [
  [
    'R5',
    'alter table compute.probes drop constraint probes_key, add primary key (id)',
    'compute.probes: the primary key does not start with (org_id, project_id)',
  ],
  [
    'R5',
    'alter table compute.probes drop constraint probes_key, add primary key (project_id, org_id, id)',
    'compute.probes: the primary key does not start with (org_id, project_id)',
  ],
  [
    'R5',
    'alter table compute.probes drop constraint probes_project',
    'compute.probes: no foreign key (org_id, project_id) to iam.projects (org_id, id)',
  ],
  [
    'R5',
    'alter table compute.probes drop constraint probes_project, add foreign key (project_id) references iam.projects (id)',
    'compute.probes: no foreign key (org_id, project_id) to iam.projects (org_id, id)',
  ],
  [
    'R5',
    `create unique index on compute.allocations (id); alter table compute.probes drop constraint probes_allocation,
      add constraint probes_by_id foreign key (allocation_id) references compute.allocations (id)`,
    'compute.probes: foreign key probes_by_id to compute.allocations does not carry the whole key',
  ],
  [
    'R5',
    'alter table compute.probes drop constraint probes_key, alter project_id drop not null',
    'compute.probes: project_id may be null',
  ],
  [
    'R4',
    'alter table iam.projects add constraint by_department foreign key (id) references iam.projects (id)',
    'iam.projects: foreign key by_department to iam.projects does not carry the organization',
  ],
  ['R1', 'alter table compute.probes disable row level security', 'compute.probes: row-level security is not enabled'],
  ['R1', 'alter table compute.probes no force row level security', 'compute.probes: row-level security is not forced'],
  ['R1', 'alter table iam.users no force row level security', 'iam.users: row-level security is not forced'],
  ['R1', 'alter table audit.denials disable row level security', 'audit.denials: row-level security is not enabled'],
  ['R1', 'alter policy tenant on audit.entries to public', 'audit.entries: policy tenant is for everybody'],
  [
    'R5',
    'alter table audit.checkpoints drop constraint checkpoints_pkey, add primary key (sequence)',
    'audit.checkpoints: the primary key does not start with org_id',
  ],
  ['R90', 'grant select on iam.outbox to gpuaas_access', 'iam.outbox: gpuaas_access has rights on it'],
  ['R1', 'drop policy tenant on compute.probes', `compute.probes: no policy on the project's scope`],
  ['R1', 'alter policy tenant on compute.probes using (true)', `compute.probes: no policy on the project's scope`],
  [
    'R1',
    `alter policy tenant on compute.probes using (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]) or org_id is null)`,
    'compute.probes: policy tenant has an alternative',
  ],
  ['R90', 'grant gpuaas_billing to gpuaas_compute', 'gpuaas_compute: may become gpuaas_billing'],
  ['R1', 'create policy open on compute.probes using (true)', 'compute.probes: policy open is for everybody'],
  [
    'R1',
    `do $$ begin execute format('grant select on billing.entries_%s to gpuaas_billing', to_char(now() at time zone 'UTC', 'YYYYMM')); end $$`,
    `gpuaas_billing reaches the partition past its parent's policies`,
  ],
  [
    'R1',
    'alter view iam.access_grants reset (security_invoker)',
    `iam.access_grants: the view reads with its owner's rights`,
  ],
  ['R90', 'revoke select on compute.probes from gpuaas_compute', 'compute.probes: gpuaas_compute may not read it'],
  [
    'R90',
    'grant update on compute.audit_log to gpuaas_compute',
    'compute.audit_log: gpuaas_compute may do more than append to it',
  ],
  ['R90', 'grant select (id) on billing.entries to gpuaas_compute', 'billing.entries: gpuaas_compute has rights on it'],
  ['R90', 'grant select on iam.sign_ins to gpuaas_iam', 'iam.sign_ins: gpuaas_iam may read it or write to it'],
  ['R90', 'grant update (slug) on iam.projects to gpuaas_access', 'iam.projects: gpuaas_access has rights on it'],
  ['R90', 'grant usage on schema billing to gpuaas_compute', 'billing: gpuaas_compute may look into it'],
  ['R90', 'grant create on schema compute to gpuaas_compute', 'compute: gpuaas_compute may create objects in it'],
  ['R90', 'alter role gpuaas_compute bypassrls', 'gpuaas_compute: is above the rules'],
  ['R90', 'alter table compute.probes owner to gpuaas_compute', 'gpuaas_compute: owns pg_class'],
  ['R90', 'grant gpuaas_billing to gpuaas_compute', 'gpuaas_compute: is a member of gpuaas_billing'],
  [
    'R90',
    'grant execute on function events.enqueue_job to public',
    'events.enqueue_job(text,jsonb,text,timestamp with time zone): runs with its owner',
  ],
]

describe('each rule notices what breaks it', () => {
  /** Roles belong to the whole server: what a case does to one is never committed. */
  const findingsAfter = async (sql: string) => {
    await owner.query(`begin; ${SOUND}`)
    try {
      await owner.query(sql)
      return await catalogueFindings(owner)
    } finally {
      await owner.query('rollback')
    }
  }

  test('and nothing in a sound table', async () => {
    await expect(findingsAfter('select 1')).resolves.toEqual([])
  })

  test.each(BREAKS)('%s: %s', async (_, sql, finding) => {
    await expect(findingsAfter(sql)).resolves.toEqual(expect.arrayContaining([expect.stringContaining(finding)]))
  })
})
