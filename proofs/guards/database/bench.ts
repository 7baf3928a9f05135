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
  /** What a check says after the change, and did not before it. Everything is undone. */
  readonly after: (sql: string, looks: readonly Look[]) => Promise<string | undefined>
}

/** A check of the whole database, or what the roles see and may write of one table. */
export type Look =
  { readonly kind: 'check'; readonly check: Check } | { readonly kind: 'sight'; readonly table: string }

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
  const look = async (sql: string, at: Look): Promise<string | undefined> => {
    if (at.kind === 'sight') return difference(await soundSight(at.table), await sightIn(at.table, sql))
    const before = await knownTo(at.check)
    const findings = await undone(client, async () => {
      await client.query(sql)
      return at.check(client)
    })
    return findings.find((finding) => !before.has(finding))
  }
  return {
    after: async (sql, looks) => {
      for (const at of looks) {
        const noticed = await look(sql, at)
        if (noticed !== undefined) return noticed
      }
      return undefined
    },
  }
}
