import { existsSync } from 'node:fs'
import { commands } from '../commands.mjs'
import { run, wasInterrupted } from './child.mjs'
import { inProject } from './project.mjs'
import { Refusal, say } from './say.mjs'
import { toolPath } from './tool.mjs'

/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130

/**
 * Runs a command of the table to its exit code. Of several commands all run and the failed ones are named at the end;
 * of several parts the first that fails ends the command.
 * @param {string} name
 * @param {readonly string[]} args
 * @param {import('./runtime.mjs').Runtime} runtime
 * @returns {Promise<number>}
 */
export const perform = async (name, args, runtime) => {
  const command = commandNamed(name)
  if (command.commands) return performAll(command.commands, runtime)
  const parts = [...(command.parts ?? []), ...(args.length === 0 ? (command.whole ?? []) : [])]
  for (const [index, part] of parts.entries()) {
    if (index > 0 && wasInterrupted()) return INTERRUPTED
    const code = await performPart(part, args, runtime)
    if (code !== 0) return code
  }
  return 0
}

/** @param {string} name */
export const commandNamed = (name) => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command) return command
  const list = Object.entries(commands).map(([known, { says }]) => `  ${known.padEnd(14)} ${says}`)
  throw new Refusal(`There is no command "${name}". There are:\n${list.join('\n')}`)
}

/**
 * @param {readonly string[]} names
 * @param {import('./runtime.mjs').Runtime} runtime
 */
const performAll = async (names, runtime) => {
  /** @type {string[]} */
  const failed = []
  for (const name of names) {
    if (wasInterrupted()) return INTERRUPTED
    say(`── ${name}`)
    const started = Date.now()
    const code = await perform(name, [], runtime)
    if (code !== 0) failed.push(name)
    say(`── ${name}: ${code === 0 ? 'passed' : `failed (${code})`}, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  }
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
}

/**
 * @param {import('../commands.mjs').Part} part
 * @param {readonly string[]} args
 * @param {import('./runtime.mjs').Runtime} runtime
 */
const performPart = (part, args, { node, env }) =>
  'tool' in part
    ? run(node, [...(part.flags ?? []), toolPath(...part.tool), ...(part.args ?? []), ...args], { env, output: 'own' })
    : run(
        node,
        [
          '--disable-warning=ExperimentalWarning',
          ...(part.flags ?? []),
          programPath(part.program),
          ...(part.args ?? []),
          ...args,
        ],
        { env: { NODE_COMPILE_CACHE: inProject('node_modules/.cache/compiled'), ...env }, output: 'own' },
      )

/** @param {string} program */
const programPath = (program) => {
  const path = inProject(program)
  if (!existsSync(path))
    throw new Refusal(`${program} is missing from this checkout: \`git status\` shows what else is.`)
  return path
}
