import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { inProject, root } from '../bootstrap/project.mjs'
import { checkFiles } from './check-files.mjs'
import { checkResults } from './check-results.mjs'
import { readRequirements, ROWS } from './table.mjs'

const folder = mkdtempSync(join(tmpdir(), 'requirements-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const page = (rows: Record<string, string> = {}): string =>
  ROWS.map((row) => `| ${row} | what it asks | ${rows[row] ?? 'open'} |`).join('\n')

test('the committed table holds: every row once, every named file there and citing its row', () => {
  const { requirements, mistakes } = readRequirements(readFileSync(inProject('docs/requirements.md'), 'utf8'))
  expect([...mistakes, ...checkFiles(requirements, root)]).toEqual([])
})

describe('the table', () => {
  test('names one file, several or none for a row', () => {
    const { requirements, mistakes } = readRequirements(page({ R2: '`a.test.ts`', R3: '`a.test.ts`, `b.test.ts`' }))
    expect(mistakes).toEqual([])
    expect(requirements.slice(0, 3).map(({ files }) => files)).toEqual([[], ['a.test.ts'], ['a.test.ts', 'b.test.ts']])
  })

  test.each([
    ['a row is missing', page().replace('| R7 |', '| S7 |'), ['R7: stands 0 times, not once']],
    ['a row stands twice', `${page()}\n| R7 | again | open |`, ['R7: stands 2 times, not once']],
    ['a row is unknown', `${page()}\n| R101 | more | open |`, ['R101: is no row of the requirements']],
    ['the cell is neither', page({ R9: 'done' }), ['R9: "done" is neither `open` nor test files in backticks']],
  ])('is refused when %s', (_, text, mistakes) => {
    expect(readRequirements(text).mistakes).toEqual(mistakes)
  })
})

describe('a named file', () => {
  const check = (row: string, source: string) => {
    writeFileSync(join(folder, 'x.test.ts'), source)
    return checkFiles([{ row, files: ['x.test.ts'] }], folder)
  }

  test('cites its row in the name of a test', () => {
    expect(check('R4', `test('R4: one organization', () => {})`)).toEqual([])
  })

  test.each([
    ['another row that begins alike', `test('R42: one winner', () => {})`],
    ['a comment alone', `// R4\n/* 'R4' */\ntest('one organization', () => {})`],
  ])('does not pass with %s', (_, source) => {
    expect(check('R4', source)).toEqual(['R4: no test of x.test.ts cites it in its name'])
  })

  test('exists and is a test', () => {
    expect(checkFiles([{ row: 'R4', files: ['gone.test.ts', 'x.ts'] }], folder)).toEqual([
      'R4: gone.test.ts does not exist',
      'R4: x.ts is no test file',
    ])
  })
})

describe('after a run', () => {
  const check = (...assertionResults: { fullName: string; status: string }[]) =>
    checkResults(
      [{ row: 'R4', files: ['x.test.ts'] }],
      { testResults: [{ name: join(folder, 'x.test.ts'), assertionResults }] },
      folder,
    )

  test('a row holds when every test that cites it passed', () => {
    expect(check({ fullName: 'R4: a', status: 'passed' }, { fullName: 'R5: b', status: 'failed' })).toEqual([])
  })

  test.each(['failed', 'pending', 'todo'])('a test that is %s does not show it', (status) => {
    expect(check({ fullName: 'R4: a', status: 'passed' }, { fullName: 'R4: b', status })).toEqual([
      `R4: x.test.ts: "R4: b" is ${status}`,
    ])
  })

  test('a test that did not run does not show it', () => {
    expect(check({ fullName: 'R42: a', status: 'passed' })).toEqual(['R4: no test that cites it ran in x.test.ts'])
  })
})
