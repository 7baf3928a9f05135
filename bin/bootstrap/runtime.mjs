import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { withLock } from './lock.mjs'
import { npm } from './npm.mjs'
import { inProject } from './project.mjs'
import { Refusal, say } from './say.mjs'

/** From here on Node runs TypeScript as it stands, and everything here was tried. */
const OLDEST_MAJOR = 24

/** @typedef {{ node: string, env: NodeJS.ProcessEnv }} Runtime The Node to run with, and an environment that finds it first. */

/**
 * This process's own Node where it is recent enough, else the pinned one, installed under `.runtime/` when it is missing.
 * @returns {Promise<Runtime>}
 */
export const ensureRuntime = async () => {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) return runtimeAt(process.execPath)
  const version = pinnedVersion()
  const folder = inProject('.runtime', `node-v${version}`)
  const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(node)) {
    await withLock(inProject('.runtime/runtime.lock'), async () => {
      if (!existsSync(node)) await install(version, folder, node)
    })
  }
  return runtimeAt(node)
}

/**
 * @param {string} node
 * @returns {Runtime}
 */
const runtimeAt = (node) => ({
  node,
  env: { ...process.env, PATH: [dirname(node), process.env['PATH']].filter(Boolean).join(delimiter) },
})

const pinnedVersion = () => {
  const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
  return /** @type {string} */ (manifest.config.node)
}

/**
 * npm carries Node's own binaries as packages, checked against the registry's integrity hash and free of install scripts.
 * The folder appears by a rename, whole or not at all.
 * @param {string} version
 * @param {string} folder
 * @param {string} node
 */
const install = async (version, folder, node) => {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  say(`Node ${process.versions.node} is older than ${OLDEST_MAJOR}: bringing ${name}@${version} into .runtime/`)
  mkdirSync(inProject('.runtime'), { recursive: true })
  const draft = mkdtempSync(inProject('.runtime', 'incoming-'))
  try {
    await npm(['install', '--prefix', draft, '--no-save', '--no-package-lock', `${name}@${version}`], {
      runtime: process.execPath,
      env: process.env,
      cwd: draft,
      purpose: `Installing Node ${version}`,
    })
    const installed = join(draft, 'node_modules', name)
    refuseUnlessItRuns(join(installed, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'), version)
    rmSync(folder, { recursive: true, force: true })
    renameSync(installed, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  say(`Node ${version} is at ${node}`)
}

/**
 * @param {string} node
 * @param {string} version
 */
const refuseUnlessItRuns = (node, version) => {
  try {
    if (execFileSync(node, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`) return
  } catch {
    // said below, with what to do instead
  }
  throw new Refusal(
    `The packaged Node ${version} does not run on this machine (${process.platform} ${process.arch}). ` +
      `Install Node ${OLDEST_MAJOR} or newer by other means and run the same command with it.`,
  )
}
