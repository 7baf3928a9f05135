#!/usr/bin/env node
/**
 * Holds docs/requirements.md against the tests:
 *
 *   node bin/requirements.mjs                      rows, files and names
 *   node bin/requirements.mjs reports/jest.json    and whether what they name ran and passed
 */
import { readFileSync } from 'node:fs'
import { inProject, root } from './bootstrap/project.mjs'
import { say } from './bootstrap/say.mjs'
import { checkFiles } from './requirements/check-files.mjs'
import { checkResults } from './requirements/check-results.mjs'
import { readRequirements, ROWS } from './requirements/table.mjs'

const [resultsFile] = process.argv.slice(2)
const { requirements, mistakes } = readRequirements(readFileSync(inProject('docs/requirements.md'), 'utf8'))
const found = [
  ...mistakes,
  ...checkFiles(requirements, root),
  ...(resultsFile ? checkResults(requirements, JSON.parse(readFileSync(inProject(resultsFile), 'utf8')), root) : []),
]

for (const mistake of found) say(`docs/requirements.md: ${mistake}`)
const shown = requirements.filter(({ files }) => files.length > 0).length
say(
  `requirements: ${shown} of ${ROWS.length} rows have tests${resultsFile && found.length === 0 ? ', which passed' : ''}`,
)
if (found.length > 0) process.exitCode = 1
