import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROOFS } from '../../platform/evidence/proof-report.ts'
import { indexPage, reportPage } from './page.ts'
import type { WrittenReport } from './report.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'reports')

const readReport = async (folder: string, name: string): Promise<readonly WrittenReport[]> => {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? [] : [JSON.parse(text) as WrittenReport] // written below
}

/** Writes `<name>.json` and `<name>.html`, and the index of what the folder holds. */
export const writeReport = async (report: WrittenReport, folder = FOLDER): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${report.name}.json`), `${JSON.stringify(report, undefined, 1)}\n`)
  await writeFile(join(folder, `${report.name}.html`), reportPage(report))
  const all = await Promise.all(PROOFS.map((name) => readReport(folder, name)))
  await writeFile(join(folder, 'index.html'), indexPage(all.flat()))
}
