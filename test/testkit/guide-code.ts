import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')

/** The blocks of code of a page of the documentation, in order, each with the language that its fence names. */
export const codeOfPage = async (
  page: string,
): Promise<readonly { readonly language: string; readonly code: string }[]> => {
  const text = await readFile(join(DOCS, page), 'utf8')
  return [...text.matchAll(/^ *```(\w+)\n(.*?)^ *```$/gms)].map(([, language = '', code = '']) => ({ language, code }))
}

/** The same of a guide. */
export const codeOf = (guide: string): ReturnType<typeof codeOfPage> => codeOfPage(join('guides', guide))

/** The block that begins with this file's name in a comment. */
export const fileOf = async (guide: string, name: string): Promise<string> => {
  const found = (await codeOf(guide)).find(({ code }) => /^(?:\/\/|#) (.*)$/m.exec(code)?.[1] === name)
  if (!found) throw new Error(`${guide} has no code that begins with the comment "${name}"`)
  return found.code
}
