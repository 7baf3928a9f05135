import type { DecisionCost } from './authorization-decisions.ts'
import type { ReadRates } from './authorization-reads.ts'
import type { AuthorizationShare } from './authorization-share.ts'

export interface AuthorizationReport {
  readonly reads: ReadRates
  readonly shares: readonly AuthorizationShare[]
  readonly decisions: readonly DecisionCost[]
  readonly date: string
  readonly machine: { readonly cpus: number; readonly architecture: string; readonly platform: string }
  readonly versions: Readonly<Record<string, string>>
}

const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`

/** The bars are those of the product's figures: reads at 75 % of unscoped ones, decisions under 5 % of the dashboard. */
export const pageOf = ({ reads, shares, decisions, date, machine, versions }: AuthorizationReport): string => {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    '# What authorization costs',
    '',
    `Reads of one row by its composite key, ${String(reads.callers)} callers in as many projects: ${String(reads.unscoped)} a second without a scope (the owner of the database, no policy), ${String(reads.scoped)} under one: **${percent(reads.share)}** (bar: 75 %).`,
    '',
    'By the profile of a server under load, preflight in the gateway and the second decision in the subgraphs:',
    '',
    '| operation | rows | µs for one | preflight | again | share |',
    '| --- | --: | --: | --: | --: | --: |',
    ...shares.map(
      ({ operation, rows, microseconds, preflight, again, share }) =>
        `| ${operation} | ${String(rows)} | ${String(microseconds)} | ${preflight.toFixed(1)} | ${again.toFixed(1)} | ${percent(share, 1)} |`,
    ),
    '',
    'Bar: under 5 % of the dashboard. Preflight looks at no row; by the profile it costs more beside more rows all the same. What the subgraphs look up for each object grows with them.',
    '',
    'Preflight alone, by how many different projects an operation names:',
    '',
    '| scopes | µs | µs each |',
    '| --: | --: | --: |',
    ...decisions.map(
      ({ scopes, microseconds, microsecondsEach }) =>
        `| ${String(scopes)} | ${microseconds.toFixed(1)} | ${microsecondsEach.toFixed(2)} |`,
    ),
    '',
    `${date}, \`npm run bench:authorization\`: ${String(machine.cpus)} CPUs (${machine.platform} ${machine.architecture}); ${used.join(', ')}.`,
  ].join('\n')
}
