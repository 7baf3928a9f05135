#!/usr/bin/env node
/**
 * Prints what a test run came to, from the file that jest writes with `--json`, and ends with 1 unless all was well:
 *
 *   node bin/test-summary.mjs reports/jest.json
 */
import { existsSync, readFileSync } from 'node:fs'
import { inProject } from './bootstrap/project.mjs'

const file = inProject(process.argv[2] ?? 'reports/jest.json')
/**
 * What is read of jest's file.
 * @typedef {'numTotalTestSuites' | 'numFailedTestSuites' | 'numPendingTestSuites' | 'numPassedTestSuites' | 'numTotalTests'
 *   | 'numFailedTests' | 'numPendingTests' | 'numPassedTests' | 'numRuntimeErrorTestSuites'} Count
 * @type {Partial<Record<Count, number>> & { success?: boolean }}
 */
const run = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

/**
 * @param {string} what
 * @param {{ [count in 'failed' | 'skipped' | 'passed' | 'total']: number | undefined }} counts
 */
const closingLine = (what, { failed = 0, skipped = 0, passed = 0, total = 0 }) =>
  `${what}: ${failed} failed, ${skipped} skipped, ${passed} passed, ${total} total`

const lines = [
  closingLine('Test Suites', {
    failed: run.numFailedTestSuites,
    skipped: run.numPendingTestSuites,
    passed: run.numPassedTestSuites,
    total: run.numTotalTestSuites,
  }),
  closingLine('Tests', {
    failed: run.numFailedTests,
    skipped: run.numPendingTests,
    passed: run.numPassedTests,
    total: run.numTotalTests,
  }),
]

const passed = run.numPassedTests ?? 0
// A file that could not be run has no tests to count: it counts as one that failed.
const failed = (run.numFailedTests ?? 0) + (run.numRuntimeErrorTestSuites ?? 0)
const skipped = run.numPendingTests ? `, ${run.numPendingTests} skipped` : ''

process.stdout.write([...lines, `${passed} passed, ${failed} failed${skipped}`, ''].join('\n'))
process.exitCode = run.success && passed > 0 && failed === 0 ? 0 : 1
