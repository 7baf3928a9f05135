import type { SoakReport } from './soak.ts'

/** The report as a page: what was broken, and what readers were told. */
export const pageOf = (report: SoakReport, date: string): string => {
  const { seconds, seed, readers, naive, logged, confirmed, failedCalls, reloads, faults } = report
  return `# Soak

\`npm run soak -- --minutes ${String(seconds / 60)} --seed ${String(seed)}\`, ${date}: the product as processes (two gateways, six
subgraphs, a worker, PostgreSQL, Redis), ${String(readers)} readers with \`@gpuaas/graph-client\`, one of five over server-sent
events and one of seven slow. Meanwhile ${String(confirmed)} allocations were made and released; ${String(failedCalls)} calls failed
while something was away.

| delivered | missed | repeated | out of order |
| --------- | ------ | -------- | ------------ |
| ${String(report.delivered)} | ${String(report.missed)} | ${String(report.repeated)} | ${String(report.outOfOrder)} |

Compared with ${String(logged)} rows of the log. Readers closed their page and opened it again ${String(reloads)} times.

| what went wrong | how often |
| --------------- | --------- |
${Object.entries(faults)
  .toSorted(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, count]) => `| ${name} | ${String(count)} |`)
  .join('\n')}

In the same run, three readers that know no cursor missed ${String(naive.missed)}, and the same comparison found it; \`npm test\`
does all of it for a short while.
`
}
