import { existsSync } from 'node:fs'
import { runQuietly } from './child.mjs'
import { filesBelow, fingerprint, inProject, stamp } from './project.mjs'
import { Refusal, say } from './say.mjs'
import { toolPath } from './tool.mjs'

/**
 * One generator: made from these files, into this folder; run again only when a file changed or the folder is gone.
 * @typedef {{ name: string, sources: () => string[], output: string, command: () => string[] }} Generator
 */

/** @type {Generator} */
export const databaseClient = {
  name: 'database client',
  sources: () => filesBelow(inProject('prisma/schema'), '.prisma'),
  output: inProject('prisma/generated'),
  command: () => [toolPath('prisma', 'prisma'), 'generate', '--no-hints', '--schema=prisma/schema'],
}

const resolverTypesProgram = inProject('schema/codegen.ts')

/** @type {Generator} */
export const resolverTypes = {
  name: 'resolver types',
  sources: () => [
    resolverTypesProgram,
    inProject('schema/conventions.ts'),
    inProject('schema/idempotency-keys.ts'),
    inProject('schema/subgraph-sdl.ts'),
    ...filesBelow(inProject('directives'), '.graphql'),
    ...filesBelow(inProject('schema'), '.graphql'),
    ...filesBelow(inProject('subgraphs'), '.graphql'),
    ...filesBelow(inProject('subgraphs'), 'codegen.json'),
  ],
  output: inProject('generated'),
  command: () => [resolverTypesProgram],
}

/** @param {Generator} generator */
export const isCurrent = (generator) => {
  const sources = generator.sources()
  if (!sources.every(existsSync)) return true // not a part of this checkout
  if (!existsSync(generator.output)) return false
  return stampOf(generator).matches(fingerprint(sources))
}

/**
 * @param {Generator} generator
 * @param {import('./runtime.mjs').Runtime} runtime
 */
export const generate = async (generator, { node, env }) => {
  if (isCurrent(generator)) return
  say(`generating ${generator.name}`)
  const made = fingerprint(generator.sources())
  const { code, printed } = await runQuietly(node, ['--disable-warning=ExperimentalWarning', ...generator.command()], {
    env: { ...env, ...offline(node) },
  })
  if (code !== 0) throw new Refusal(`${printed.trim()}\nGenerating ${generator.name} ended with ${code}.`)
  stampOf(generator).write(made)
}

/** @param {Generator} generator */
const stampOf = (generator) => stamp(generator.name.replace(' ', '-'))

/**
 * Prisma looks for an engine that generating never runs, and would download it: any file that exists keeps it content.
 * @param {string} node
 */
const offline = (node) => ({
  PRISMA_SCHEMA_ENGINE_BINARY: node,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
  DO_NOT_TRACK: '1',
})
