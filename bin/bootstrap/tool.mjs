import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inProject } from './project.mjs'

/**
 * The JavaScript file behind a program of an installed package, to be run by the Node of our choice.
 * @param {string} packageName
 * @param {string} program
 */
export const toolPath = (packageName, program) => {
  const manifest = inProject('node_modules', packageName, 'package.json')
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[program])
}
