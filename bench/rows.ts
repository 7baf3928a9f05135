import { Client } from 'pg'
import { northwind, userOf, vision } from '../server/demo/tenants.ts'

const owner = userOf('owner@northwind.example')

/** Ids that grow with the row, as the product's own do: lists are ordered by them. */
const idAt = (n: string): string => `uuidv7(interval '-1 hour' + (${n}) * interval '1 second')`

/**
 * What the wide list needs beyond the demo data: projects of Northwind, each with allocations, apps, buckets and
 * charges like Vision's, and notifications of its owner. Written as the database's owner, in the bench's own database.
 */
const STATEMENTS = [
  `create temporary table added as
     select ${idAt('n')} as id, n, 'bench-' || n as slug, 'Bench ' || n as name from generate_series(1, 30) n`,
  `insert into iam.projects (org_id, id, department_id, slug, name, created_at)
     select org_id, a.id, department_id, a.slug, a.name, p.created_at + a.n * interval '1 minute'
     from added a, iam.projects p where p.id = '${vision.id}'`,
  `insert into compute.allocations (org_id, project_id, id, name, sku_id, node_id, state, requested_at, placed_at, active_at, releasing_at, released_at)
     select b.org_id, a.id, ${idAt('a.n * 20 + i')}, 'machine-' || i, b.sku_id, b.node_id, b.state, b.requested_at, b.placed_at, b.active_at, b.releasing_at, b.released_at
     from added a, generate_series(1, 10) i, compute.allocations b
     where b.project_id = '${vision.id}' and b.name = 'old-experiment'`,
  `insert into app_platform.apps (org_id, project_id, id, name, created_at)
     select b.org_id, a.id, ${idAt('a.n * 20 + i')}, 'app-' || i, b.created_at
     from added a, generate_series(1, 5) i, app_platform.apps b where b.project_id = '${vision.id}'`,
  `insert into storage.buckets (org_id, project_id, id, name, created_at)
     select b.org_id, a.id, ${idAt('a.n * 20 + i')}, 'bucket-' || i, b.created_at
     from added a, generate_series(1, 6) i, storage.buckets b where b.project_id = '${vision.id}' and b.name = 'camera-frames'`,
  `insert into billing.charges (org_id, project_id, id, transaction_id, resource, sku_code, used_from, used_to, rate_micros_per_hour, amount_micros, currency)
     select b.org_id, a.id, ${idAt('a.n * 20 + i')}, b.transaction_id, b.resource, b.sku_code, b.used_from, b.used_to, b.rate_micros_per_hour, b.amount_micros, b.currency
     from added a, generate_series(1, 12) i, (select * from billing.charges where project_id = '${vision.id}' order by id limit 1) b`,
  `insert into notifications.notifications (channel_id, id, channel_kind, sequence, template, title, body, about_org_id, about_project_id, correlation_id, created_at)
     select '${owner.id}', ${idAt('n')}, 'USER', 100 + n, 'allocation-active', 'machine-' || n || ' is active',
       'The allocation machine-' || n || ' in Vision is ready to use.', '${northwind.id}', '${vision.id}', 'bench', now()
     from generate_series(1, 60) n`,
  `update notifications.channels set last_sequence = 160 where id = '${owner.id}'`,
  'analyze',
]

export const addRows = async (ownerUrl: string): Promise<void> => {
  const client = new Client({ connectionString: ownerUrl, application_name: 'gpuaas-bench' })
  await client.connect()
  try {
    for (const statement of STATEMENTS) await client.query(statement)
  } finally {
    await client.end()
  }
}
