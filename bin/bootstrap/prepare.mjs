import { mkdirSync } from 'node:fs'
import { databaseClient, generate, isCurrent, resolverTypes } from './generate.mjs'
import { withLock } from './lock.mjs'
import { installPackages, packagesAreCurrent } from './packages.mjs'
import { completePostgresFiles } from './postgres-files.mjs'
import { inProject } from './project.mjs'

/**
 * Makes the checkout ready to run: packages installed, PostgreSQL's files complete, code generated. Costs a few
 * milliseconds when nothing changed; several processes may call it at once.
 * @param {import('./runtime.mjs').Runtime} runtime
 * @param {{ development: boolean }} purpose development: the types that only checks read are generated too
 */
export const prepare = async (runtime, { development }) => {
  const generators = development ? [databaseClient, resolverTypes] : [databaseClient]
  if (!packagesAreCurrent() || !generators.every(isCurrent)) {
    await withLock(inProject('.runtime/setup.lock'), async () => {
      await installPackages(runtime)
      for (const generator of generators) await generate(generator, runtime)
    })
  }
  completePostgresFiles()
  if (development) mkdirSync(inProject('reports'), { recursive: true })
}
