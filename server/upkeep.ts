import type { Database } from '../platform/database/database.ts'
import { forgetKeys } from '../platform/database/forget-keys.ts'
import type { Subgraph, SubgraphName } from '../platform/subgraph/module.ts'

/** A subgraph with what every one of them has done for it again and again: its idempotency keys are forgotten in time. */
export const withUpkeep = (name: SubgraphName, subgraph: Subgraph, database: Database): Subgraph => {
  const job = `${name}.forget-idempotency-keys`
  return {
    ...subgraph,
    jobs: { ...subgraph.jobs, [job]: forgetKeys(database) },
    schedule: { ...subgraph.schedule, [job]: '23 * * * *' },
  }
}
