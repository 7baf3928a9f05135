import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { configurationPage } from '../platform/config/document.ts'
import { errorsPage } from '../platform/errors/document.ts'
import { lintPage } from '../schema/lint/document.ts'

/**
 * Writes the pages of `docs/` that are made from the code. With `--check` it writes nothing and ends with status 1
 * when a committed page is not current.
 */
const PAGES = [
  { file: 'configuration.md', text: configurationPage() },
  { file: 'errors.md', text: errorsPage() },
  { file: 'guides/lint.md', text: lintPage() },
]

const addressOf = (file: string): URL => new URL(file, import.meta.url)

const formatted = (text: string): Promise<string> =>
  format(text, { parser: 'markdown', printWidth: 120, singleQuote: true, semi: false })

const isCurrent = async (file: string, text: string): Promise<boolean> =>
  (await readFile(addressOf(file), 'utf8').catch(() => '')) === text

const pages = await Promise.all(PAGES.map(async ({ file, text }) => ({ file, text: await formatted(text) })))

if (process.argv.includes('--check')) {
  for (const { file, text } of pages) {
    if (await isCurrent(file, text)) continue
    process.stderr.write(`docs/${file} is not current. Run: npm run docs\n`)
    process.exitCode = 1
  }
} else {
  await Promise.all(pages.map(({ file, text }) => writeFile(addressOf(file), text)))
}
