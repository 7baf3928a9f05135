import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { inProject } from './bootstrap/project.mjs'
import { toolPath } from './bootstrap/tool.mjs'
import { commands } from './commands.mjs'

const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as { scripts: Record<string, string> }

// `exec`, so that a signal to npm reaches the bootstrap and not a shell in between.
test('every npm script begins with the bootstrap, and every command is a script', () => {
  const names = Object.keys(commands)
  expect(manifest.scripts).toEqual(Object.fromEntries(names.map((name) => [name, `exec node bin/run.mjs ${name}`])))
})

test('every command runs programs that exist', () => {
  const missing = Object.values(commands)
    .flatMap(({ parts = [], whole = [] }) => [...parts, ...whole])
    .map((part) => ('tool' in part ? toolPath(...part.tool) : inProject(part.program)))
    .filter((path) => !existsSync(path))
  expect(missing).toEqual([])
})

test('a command that is made of others names commands', () => {
  for (const { commands: names = [] } of Object.values(commands)) {
    expect(Object.keys(commands)).toEqual(expect.arrayContaining([...names]))
  }
})

test('an unknown command is refused with the list, on standard error alone', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inProject('bin/run.mjs'), 'strat'], {
    encoding: 'utf8',
  })
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toMatch(/no command "strat".*\n\s+setup .*\n/)
})
