import { mkdirSync } from 'node:fs'
import { databaseClient, generate, isCurrent, resolverTypes } from './generate.mjs'
import { withLock } from './lock.mjs'
import { installPackages, packagesAreCurrent } from './packages.mjs'
import { completePostgresFiles } from './postgres-files.mjs'
import { inProject } from './project.mjs'

/** A graph needs no database client, and types are for checks alone. */
const GENERATORS = { graph: [], product: [databaseClient], development: [databaseClient, resolverTypes] }

/**
 * Makes the checkout ready to run: packages installed, PostgreSQL's files complete, code generated. Costs a few
 * milliseconds when nothing changed; several processes may call it at once.
 * @param {import('./runtime.mjs').Runtime} runtime
 * @param {import('../commands.mjs').Command['purpose']} purpose
 */
export const prepare = async (runtime, purpose) => {
  const generators = GENERATORS[purpose]
  if (!packagesAreCurrent() || !generators.every(isCurrent)) {
    await withLock(inProject('.runtime/setup.lock'), async () => {
      await installPackages(runtime)
      for (const generator of generators) await generate(generator, runtime)
    })
  }
  completePostgresFiles()
  if (purpose === 'development') mkdirSync(inProject('reports'), { recursive: true })
}
