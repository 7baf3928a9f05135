import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { indexPage, reportPage } from './page.ts'
import type { DatedReport } from './report.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'reports')

/** In the order in which they are told. */
export const PROOFS = ['matrix', 'reachability', 'guards', 'layers', 'sameness'] as const

const readReport = async (folder: string, name: string): Promise<readonly DatedReport[]> => {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? [] : [JSON.parse(text) as DatedReport] // written below
}

/** Writes `<name>.json` and `<name>.html`, and the index of what the folder holds. */
export const writeReport = async (report: DatedReport, folder = FOLDER): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${report.name}.json`), `${JSON.stringify(report, undefined, 1)}\n`)
  await writeFile(join(folder, `${report.name}.html`), reportPage(report))
  const all = await Promise.all(PROOFS.map((name) => readReport(folder, name)))
  await writeFile(join(folder, 'index.html'), indexPage(all.flat()))
}
