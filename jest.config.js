import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname

/** Folders without tests of this package: installed, generated, documents, or a package of their own. */
const withoutTests = new Set(['node_modules', 'console', 'docs', 'docker', 'reports'])

/** What crosses folders; everything else is a unit test beside its code. */
const crossing = join(here, 'test')

/** Only folders of sources are crawled: a database under `.data/` changes while jest looks. */
const roots = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !withoutTests.has(entry.name))
  .map((entry) => join(here, entry.name))

const globalSetup = join(here, 'test/testkit/global-setup.ts')
const globalTeardown = join(here, 'test/testkit/global-teardown.ts')

const shared = {
  rootDir: here,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // `js` before `mjs`: graphql's `main` has no extension, and Node loads its CommonJS half; one realm, as in production.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  injectGlobals: false,
  testPathIgnorePatterns: ['/node_modules/', '/prisma/generated/'],
  // Types are stripped and nothing else is changed: what runs is what Node 24 runs.
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'esnext',
          parser: { syntax: 'typescript' },
          transform: { useDefineForClassFields: true, verbatimModuleSyntax: true },
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  globalSetup,
  globalTeardown,
}

/** @type {import('jest').Config} */
export default {
  maxWorkers: 2,
  testSequencer: join(here, 'test/testkit/test-order.cjs'),
  testTimeout: 30_000, // of all projects: one of a project is ignored
  collectCoverage: false,
  watchman: false,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['**/*.test.ts'], roots: roots.filter((root) => root !== crossing) },
    { ...shared, displayName: 'e2e', testMatch: ['**/*.test.ts'], roots: [crossing] },
  ],
}
