import { existsSync, readFileSync } from 'node:fs'
import { npm } from './npm.mjs'
import { fingerprint, inProject, stamp } from './project.mjs'
import { say } from './say.mjs'

const installed = stamp('install')

const wanted = () => fingerprint([inProject('package-lock.json')])

/** Whether the packages of package-lock.json are what node_modules holds. */
export const packagesAreCurrent = () => installed.matches(wanted())

/**
 * Installs exactly what package-lock.json says, unless it is there.
 * @param {import('./runtime.mjs').Runtime} runtime
 */
export const installPackages = async ({ node, env }) => {
  if (packagesAreCurrent()) return
  if (!installedByHand()) {
    say('installing packages (npm ci)')
    const started = Date.now()
    await npm(['ci', '--include=dev', '--include=optional'], { runtime: node, env, purpose: 'Installing packages' })
    say(`packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s`)
  }
  installed.write(wanted())
}

/**
 * After `npm install <package>` npm's own record in node_modules agrees with the lock file: nothing to install again.
 * Optional packages may be absent (they are for other platforms).
 */
const installedByHand = () => {
  const record = inProject('node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const present = packagesOf(record)
  return Object.entries(packagesOf(inProject('package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || (present[path] ? present[path].version === version : optional === true),
  )
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
