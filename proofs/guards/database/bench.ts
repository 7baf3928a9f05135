import type { Client } from 'pg'
import { missingKeys, readDatamodelKeys } from '../../../test/isolation/datamodel-keys.ts'
import { catalogueFindings } from '../../../test/isolation/catalogue.ts'
import { needlessRights } from '../../../test/isolation/rights.ts'
import { plantRows } from './plant-rows.ts'
import { sightOf, type Sight } from './sight.ts'

/** Looks at the database of the moment; one sentence for each thing that is wrong. */
export type Check = (client: Client) => Promise<readonly string[]>

/** A database on which a change is made, looked at, and undone. */
export interface Bench {
  /** What is seen after the change, and was not before it. Everything is undone. Rejects where the change cannot be made. */
  readonly after: (sql: string, looks: Looks) => Promise<string | undefined>
}

export interface Looks {
  /** Of the whole database, the first that says something is the one that is told. */
  readonly checks: readonly Check[]
  /** The table of which the roles may see and write otherwise. */
  readonly table: string | undefined
}

/** The rules of test/isolation; without some of them where a test takes one away. */
export const isolationChecks = async (): Promise<readonly Check[]> => {
  const keys = await readDatamodelKeys()
  return [catalogueFindings, needlessRights, (client) => missingKeys(client, keys)]
}

const undone = async <T>(client: Client, work: () => Promise<T>): Promise<T> => {
  await client.query('begin')
  try {
    return await work()
  } finally {
    await client.query('rollback')
  }
}

/** Rights do not change with policies: the lines are the same ones, in order. */
const difference = (before: Sight, after: Sight): string | undefined =>
  after.find((text, index) => text !== before[index])

export const openBench = (client: Client): Bench => {
  const known = new Map<Check, Promise<ReadonlySet<string>>>()
  const knownTo = (check: Check): Promise<ReadonlySet<string>> => {
    const findings = known.get(check) ?? check(client).then((all) => new Set(all))
    known.set(check, findings)
    return findings
  }
  const sights = new Map<string, Promise<Sight>>()
  const soundSight = (table: string): Promise<Sight> => {
    const sight = sights.get(table) ?? sightIn(table, '')
    sights.set(table, sight)
    return sight
  }
  const sightIn = (table: string, sql: string) =>
    undone(client, async () => {
      const rows = await plantRows(client, table)
      await client.query(sql)
      return sightOf(client, table, rows)
    })
  const checked = async (sql: string, checks: readonly Check[]): Promise<string | undefined> => {
    const sound = new Map<Check, ReadonlySet<string>>()
    for (const check of checks) sound.set(check, await knownTo(check))
    return undone(client, async () => {
      await client.query(sql)
      for (const [check, before] of sound) {
        const finding = (await check(client)).find((one) => !before.has(one))
        if (finding !== undefined) return finding
      }
      return undefined
    })
  }
  return {
    after: async (sql, { checks, table }) => {
      const finding = checks.length === 0 ? undefined : await checked(sql, checks)
      if (finding !== undefined || table === undefined) return finding
      return difference(await soundSight(table), await sightIn(table, sql))
    },
  }
}
