import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cites } from './table.mjs'

/**
 * What is wrong with the files that rows name, seen without running them: each is a test file, exists, and cites its row
 * in a name of a test or of a group of tests.
 * @param {readonly import('./table.mjs').Requirement[]} requirements
 * @param {string} root
 */
export const checkFiles = (requirements, root) =>
  requirements.flatMap(({ row, files }) =>
    files.flatMap((file) => {
      if (!file.endsWith('.test.ts')) return [`${row}: ${file} is no test file`]
      if (!existsSync(join(root, file))) return [`${row}: ${file} does not exist`]
      const names = stringsOf(readFileSync(join(root, file), 'utf8'))
      return names.some((name) => cites(name, row)) ? [] : [`${row}: no test of ${file} cites it in its name`]
    }),
  )

/**
 * The string literals of a source; what stands in comments does not count.
 * @param {string} source
 */
const stringsOf = (source) =>
  [...source.matchAll(/\/\/[^\n]*|\/\*[^]*?\*\/|'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  )
