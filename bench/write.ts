import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from './report.ts'
import { tableOf } from './table.ts'

const RESULTS = join(import.meta.dirname, 'results')
const README = join(import.meta.dirname, 'README.md')
const MARKED = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/

/** Writes `bench/results/<name>.json`, and the table of bench/README.md. */
export const writeReport = async (name: string, report: Report): Promise<void> => {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(report, undefined, 2)}\n`)
  const page = await readFile(README, 'utf8')
  if (!MARKED.test(page)) throw new Error('bench/README.md has lost the marks between which the table stands')
  await writeFile(
    README,
    page.replace(MARKED, (_, before: string, after: string) => `${before}\n${tableOf(report)}\n\n${after}`),
  )
}
