import { relative, sep } from 'node:path'
import { cites } from './table.mjs'

/**
 * @typedef {{ fullName: string, status: string }} Result
 * @typedef {{ name: string, assertionResults: readonly Result[] }} ResultFile
 * @typedef {{ testResults: readonly ResultFile[] }} Results What jest writes with `--json`.
 */

/**
 * What is wrong with the rows after a run: in each named file a test that cites the row ran, and all that do passed.
 * @param {readonly import('./table.mjs').Requirement[]} requirements
 * @param {Results} results
 * @param {string} root
 */
export const checkResults = (requirements, results, root) =>
  requirements.flatMap(({ row, files }) =>
    files.flatMap((file) => {
      const cited = results.testResults
        .filter(({ name }) => relative(root, name).split(sep).join('/') === file)
        .flatMap(({ assertionResults }) => assertionResults)
        .filter(({ fullName }) => cites(fullName, row))
      if (cited.length === 0) return [`${row}: no test that cites it ran in ${file}`]
      return cited
        .filter(({ status }) => status !== 'passed')
        .map(({ fullName, status }) => `${row}: ${file}: "${fullName}" is ${status}`)
    }),
  )
