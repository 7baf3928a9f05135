import { runMigrations } from 'graphile-worker'
import { Client, Pool } from 'pg'
import { silentLog, type Log } from '../log/log.ts'
import { graphileLog } from './graphile-log.ts'

/** Changes when graphile-worker is updated or the rights below change. */
const INSTALLED = 'graphile-worker 0.18.0, rights 1'

/**
 * What gpuaas_worker needs to run jobs, and no more. graphile-worker's tables have row-level security without
 * policies: only their owner passes, hence the policies.
 */
const RIGHTS = `
  REVOKE ALL ON SCHEMA graphile_worker FROM PUBLIC;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA graphile_worker FROM PUBLIC;
  GRANT USAGE ON SCHEMA graphile_worker TO gpuaas_worker;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO gpuaas_worker;
  REVOKE INSERT, UPDATE, DELETE ON graphile_worker.migrations FROM gpuaas_worker;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO gpuaas_worker;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO gpuaas_worker;
  DO $$
  DECLARE
    protected record;
  BEGIN
    FOR protected IN
      SELECT format('graphile_worker.%I', relname) AS relation FROM pg_class
      WHERE relnamespace = 'graphile_worker'::regnamespace AND relrowsecurity
    LOOP
      EXECUTE format('DROP POLICY IF EXISTS worker ON %s', protected.relation);
      EXECUTE format('CREATE POLICY worker ON %s TO gpuaas_worker USING (true) WITH CHECK (true)', protected.relation);
    END LOOP;
  END
  $$;
  COMMENT ON SCHEMA graphile_worker IS '${INSTALLED}';
`

/**
 * Installs or updates the job queue's own schema, as the database's owner, after the product's migrations. Current
 * already: one look at the catalogue, a few milliseconds. Safe to call from several processes at once.
 */
export const installJobs = async (ownerUrl: string, log: Log = silentLog): Promise<void> => {
  if (await isInstalled(ownerUrl)) return
  const pool = new Pool({ connectionString: ownerUrl, max: 2 })
  const report = (error: Error): void => {
    log.warn({ err: error }, 'a connection of the job queue installation broke')
  }
  pool.on('error', report).on('connect', (client) => client.on('error', report))
  try {
    await runMigrations({ pgPool: pool, schema: 'graphile_worker', logger: graphileLog(log) })
    await grantRights(pool)
  } finally {
    await pool.end()
  }
}

const isInstalled = async (ownerUrl: string): Promise<boolean> => {
  const client = new Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ installed: string | null }>(
      `SELECT obj_description(to_regnamespace('graphile_worker'), 'pg_namespace') AS installed`,
    )
    return rows[0]?.installed === INSTALLED
  } finally {
    await client.end()
  }
}

/** One transaction (a simple query of several statements is one), one process at a time. */
const grantRights = async (pool: Pool): Promise<void> => {
  await pool.query(`SELECT pg_advisory_xact_lock(hashtextextended('graphile_worker rights', 0)); ${RIGHTS}`)
}
