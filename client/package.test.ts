import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, mkdirSync, cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import * as entry from './index.js'
import type * as promised from './types.d.ts'

type Promised = typeof promised

/** Compiles only when the entry gives what `types.d.ts` promises, and nothing else. */
const kept: { readonly [Name in keyof Promised]: Promised[Name] } = entry
const named: readonly (keyof typeof entry)[] = Object.keys(kept) as (keyof Promised)[]

test('the package exports what its types promise', () => {
  expect([...named].toSorted()).toEqual(['GraphError', 'createGraphClient'])
})

/** The Node that npm scripts run, and the one of the machine, which may be older. */
const nodes = [...new Set([process.execPath, '/usr/bin/node', '/usr/local/bin/node'])].filter(
  (node) => Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0) >= 20,
)

test.each(nodes)('the files that are published run as they are, below node_modules, in %s', (node) => {
  const folder = mkdtempSync(join(tmpdir(), 'gpuaas-client-'))
  try {
    const { files } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')) as { files: string[] }
    expect(files).toContain('*.js')
    const home = join(folder, 'node_modules/@gpuaas/graph-client')
    mkdirSync(home, { recursive: true })
    cpSync(import.meta.dirname, home, {
      recursive: true,
      filter: (path) => !/\.test\.ts$|testkit|tsconfig/.test(path),
    })
    const program = `
      import { createGraphClient, GraphError } from '@gpuaas/graph-client'
      const client = createGraphClient({ url: 'http://127.0.0.1:1/graphql', backoff: { baseMs: 1, maxMs: 1 } })
      const failure = await client.query('{ a }').catch((error) => error)
      const reading = client.subscribe('subscription { a }').next().catch((error) => error.code)
      await new Promise((resolve) => client.onState(({ status }) => status === 'waiting' && resolve()))
      await client.close()
      console.log(failure instanceof GraphError, failure.code, await reading)`
    const ran = spawnSync(node, ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8' })
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toBe('true NETWORK_ERROR CANCELLED\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
