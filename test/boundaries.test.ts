import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { inProject } from '../bin/bootstrap/project.mjs'
import { toolPath } from '../bin/bootstrap/tool.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boundaries-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Writes the files and gives the rules that their imports break, each as `rule: from → to`. */
const violations = async (files: Record<string, string>): Promise<string[]> => {
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), source)
  }
  const report = await new Promise<string>((resolve) => {
    const args = ['--config', inProject('.dependency-cruiser.cjs'), '--no-progress', '--output-type', 'json', '.']
    execFile(process.execPath, [toolPath('dependency-cruiser', 'depcruise'), ...args], { cwd: folder }, (_, stdout) => {
      resolve(stdout)
    })
  })
  const { summary } = JSON.parse(report) as {
    summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] }
  }
  expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(files).length)
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
}

const nothing = 'export const nothing = 0\n'
const imports = (path: string): string => `import { nothing } from '${path}'\nexport const it = nothing\n`

test("R91: a compute module that imports billing's internals breaks the rule", async () => {
  expect(
    await violations({
      'subgraphs/compute/allocation/service.ts': imports('../../billing/ledger/service.ts'),
      'subgraphs/billing/ledger/service.ts': nothing,
    }),
  ).toEqual([
    'subgraphs-do-not-know-each-other: subgraphs/compute/allocation/service.ts → subgraphs/billing/ledger/service.ts',
  ])
})

test("R91: a type of another domain's, or its index, is no way in either", async () => {
  const found = await violations({
    'subgraphs/compute/a.ts': `import type { Entry } from '../billing/entry.ts'\nexport type Mine = Entry\n`,
    'subgraphs/compute/b.ts': imports('../billing/index.ts'),
    'subgraphs/billing/entry.ts': 'export type Entry = { amount: bigint }\n',
    'subgraphs/billing/index.ts': nothing,
  })
  expect(found.toSorted()).toEqual([
    'subgraphs-do-not-know-each-other: subgraphs/compute/a.ts → subgraphs/billing/entry.ts',
    'subgraphs-do-not-know-each-other: subgraphs/compute/b.ts → subgraphs/billing/index.ts',
  ])
})

test('each rule of the architecture bites', async () => {
  const forbidden = [
    ['a-subgraph-is-its-index', 'server/main.ts', 'subgraphs/iam/project/read.ts'],
    ['prisma-stays-in-repositories', 'subgraphs/iam/project/service.ts', 'prisma/generated/client.ts'],
    ['prisma-stays-in-repositories', 'gateway/http/routes.ts', 'prisma/generated/client.ts'],
    ['platform-knows-no-product', 'platform/cache/cache.ts', 'gateway/http/server.ts'],
    ['directives-read-schemas-only', 'directives/read-rules.ts', 'schema/compose.ts'],
    ['gateway-knows-no-domain', 'gateway/http/context.ts', 'subgraphs/iam/index.ts'],
    ['models-are-pure', 'subgraphs/iam/project/model.ts', 'platform/database/units.ts'],
    ['services-know-neither-graphql-nor-prisma', 'subgraphs/iam/user/service.ts', 'prisma/generated/client.ts'],
    ['resolvers-go-through-services', 'subgraphs/iam/project/resolvers.ts', 'subgraphs/iam/project/repository.ts'],
    ['bootstrap-stands-alone', 'bin/run.mjs', 'platform/config/config.ts'],
    ['nobody-imports-the-composition-root', 'identity/provider.ts', 'server/parts.ts'],
    ['product-does-not-import-tests', 'platform/cache/redis.ts', 'test/testkit/world.ts'],
  ] as const
  const found = await violations({
    ...Object.fromEntries(forbidden.map(([, , to]) => [to, nothing])),
    ...Object.fromEntries(
      forbidden.map(([, from, to]) => [from, imports(`${'../'.repeat(from.split('/').length - 1)}${to}`)]),
    ),
  })
  expect(found).toEqual(expect.arrayContaining(forbidden.map(([rule, from, to]) => `${rule}: ${from} → ${to}`)))
})

test('packages stay where they belong', async () => {
  const found = await violations({
    'gateway/limits.ts': imports('ioredis'),
    'gateway/supergraph/load.ts': imports('@apollo/gateway'),
    'gateway/transport/http-transport.ts': imports('undici'),
    'platform/egress/send.ts': imports('undici'),
    'platform/egress/send-later.ts': `export const client = () => import('undici')\n`,
    'gateway/transport/https-connections.ts': `export const client = () => import('undici')\n`,
    'gateway/supergraph/load.test.ts': imports('@apollo/gateway'),
    'subgraphs/iam/project/service.ts': imports('graphql'),
    'subgraphs/iam/project/model.ts': imports('node:fs'),
    'node_modules/@apollo/gateway/index.js': nothing,
    'node_modules/ioredis/index.js': nothing,
    'node_modules/undici/index.js': nothing,
    'node_modules/graphql/index.js': nothing,
    'package.json': JSON.stringify({
      dependencies: { '@apollo/gateway': '1.0.0', ioredis: '1.0.0', graphql: '1.0.0', undici: '1.0.0' },
    }),
  })
  expect(found.toSorted()).toEqual([
    'apollo-gateway-is-for-comparison: gateway/supergraph/load.ts → node_modules/@apollo/gateway/index.js',
    'models-are-pure: subgraphs/iam/project/model.ts → fs',
    'redis-stays-in-the-cache: gateway/limits.ts → node_modules/ioredis/index.js',
    'services-know-neither-graphql-nor-prisma: subgraphs/iam/project/service.ts → node_modules/graphql/index.js',
    'what-few-processes-need-is-loaded-by-them: gateway/limits.ts → node_modules/ioredis/index.js',
    'what-few-processes-need-is-loaded-by-them: gateway/transport/http-transport.ts → node_modules/undici/index.js',
    'what-few-processes-need-is-loaded-by-them: platform/egress/send.ts → node_modules/undici/index.js',
  ])
})

test('what the architecture allows breaks no rule', async () => {
  expect(
    await violations({
      'subgraphs/iam/index.ts': imports('./project/resolvers.ts'),
      'subgraphs/iam/project/resolvers.ts': imports('./service.ts'),
      'subgraphs/iam/project/service.ts': imports('./model.ts'),
      'subgraphs/iam/project/model.ts': imports('../../../platform/ids/id.ts'),
      'subgraphs/iam/project/repository.ts': imports('../../../prisma/generated/client.ts'),
      'subgraphs/iam/project/service.test.ts': imports('../../billing/index.ts'),
      'subgraphs/billing/index.ts': nothing,
      'server/main.ts': imports('../subgraphs/iam/index.ts'),
      'platform/ids/id.ts': nothing,
      'prisma/generated/client.ts': nothing,
    }),
  ).toEqual([])
})

test('the client imports neither the product nor Node', async () => {
  const found = await violations({
    'client/a.js': imports('../platform/a.js'),
    'client/b.js': `import { readFile } from 'node:fs'\nexport const it = readFile\n`,
    'platform/a.js': nothing,
  })
  expect(found.toSorted()).toEqual([
    'the-client-stands-alone: client/a.js → platform/a.js',
    'the-client-stands-alone: client/b.js → fs',
  ])
})
