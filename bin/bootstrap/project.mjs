import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package, wherever the command was typed. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** @param {string[]} parts */
export const inProject = (...parts) => join(root, ...parts)

/**
 * The files below a folder whose names end as asked, sorted; dot folders and installed packages left out.
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]}
 */
export const filesBelow = (folder, ending) => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'generated') return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesBelow(path, ending)
      return entry.isFile() && entry.name.endsWith(ending) ? [path] : []
    })
    .sort()
}

/**
 * One hash over names and contents; a file that is not there counts as absent, not as an error.
 * @param {readonly string[]} files
 */
export const fingerprint = (files) => {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(relative(root, file).split(sep).join('/')).update('\0')
    hash.update(existsSync(file) ? readFileSync(file) : '').update('\0')
  }
  return hash.digest('hex')
}

/**
 * What a finished step was made from. Stamps live with the installed packages and go with them, so that a new install
 * generates anew.
 * @param {string} name
 */
export const stamp = (name) => {
  const file = inProject('node_modules/.gpuaas', name)
  return {
    /** @param {string} value */
    matches: (value) => existsSync(file) && readFileSync(file, 'utf8') === value,
    /** @param {string} value */
    write: (value) => {
      mkdirSync(dirname(file), { recursive: true })
      const draft = `${file}.${process.pid}`
      writeFileSync(draft, value)
      renameSync(draft, file)
    },
  }
}
