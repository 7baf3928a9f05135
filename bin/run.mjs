#!/usr/bin/env node
/**
 * The beginning of every npm script: plain JavaScript for any Node from 18 on. It brings the runtime, the packages and
 * the generated code where they are missing or stale, and then runs the command with the right Node.
 *
 *   node bin/run.mjs <command> [arguments…]
 */
import { commandNamed, perform } from './bootstrap/perform.mjs'
import { prepare } from './bootstrap/prepare.mjs'
import { ensureRuntime } from './bootstrap/runtime.mjs'
import { Refusal, say } from './bootstrap/say.mjs'

const [name = '', ...args] = process.argv.slice(2)

try {
  const { purpose } = commandNamed(name)
  const runtime = await ensureRuntime()
  await prepare(runtime, purpose)
  process.exitCode = await perform(name, args, runtime)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  say(error.message)
  process.exitCode = 1
}
