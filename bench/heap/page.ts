import { median } from '../report.ts'
import type { Measured } from './measure.ts'

export interface HeapReport {
  readonly date: string
  readonly node: string
  readonly measured: readonly Measured[]
}

/** What an answer of 1 MB may need, in MB. */
const BAR = 6

/** What nothing was measured of is a dash: no collection, nothing left by one. */
const megabytes = (bytes: number): string => (Number.isNaN(bytes) ? '–' : (bytes / 1_000_000).toFixed(1))

export const pageOf = ({ date, node, measured }: HeapReport): string => {
  const rows = measured.map(({ form, setting, bytes, turns }) => {
    const most = turns.map((turn) => turn.most)
    const cells = [
      form,
      setting,
      `${megabytes(bytes)} MB`,
      megabytes(median(most)),
      megabytes(Math.max(...most)),
      megabytes(median(turns.map(({ alive }) => alive))),
      megabytes(median(turns.map(({ outside }) => outside))),
      String(median(turns.map(({ collections }) => collections))),
    ]
    return `| ${cells.join(' | ')} |`
  })
  const [first] = measured
  return [
    '# What an answer needs of the heap',
    '',
    `One request at a time for ${megabytes(first?.bytes ?? 0)} MB of JSON (a list of products with their reviews and the reviews’ authors: five fetches of five subgraphs), through the whole HTTP server. Before each, everything is collected; from then until the answer is read V8’s own profiler of collections (\`node:v8\`, \`GCProfiler\`) says what was in use when each began and ended. In MB above what was in use before:`,
    '',
    `| subgraphs | young generation | answer | most in use, median (bar: ${BAR}) | worst | most left by a collection | buffers | collections |`,
    '| --- | --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    '“Most in use” is what is alive and the garbage beside it. How much garbage there may be is V8’s choice: with a young generation of 1 MB it is collected early, and what is left is what the answer needs; with that of `npm start` (16 MB) up to 16 MB pile up before anybody looks.',
    '',
    `${date}, \`npm run bench:heap\`, ${String(first?.turns.length ?? 0)} turns each; Node ${node}.`,
  ].join('\n')
}
