import { expect, test } from '@jest/globals'
import { CataloguedError, catalogued, entryOf, ERROR_CATALOGUE, isErrorCode, type ErrorCode } from './catalogue.ts'
import { errorsPage } from './document.ts'

const CODES = Object.keys(ERROR_CATALOGUE).filter(isErrorCode)

test.each(CODES)('%s has a section of its own on the errors page, with anchor, message and remedy', (code) => {
  const sections = errorsPage().split('\n### ')
  const own = sections.filter((section) => section.startsWith(`${code}\n`))
  expect(own).toHaveLength(1)
  expect(own[0]).toContain(`<a id="${code}"></a>`)
  expect(own[0]).toContain(entryOf(code).message)
  expect(own[0]).toContain(entryOf(code).remedy)
})

test('the page has no section for a code that does not exist', () => {
  const anchors = [...errorsPage().matchAll(/<a id="([^"]+)">/g)].map(([, code]) => code)
  expect(anchors.toSorted()).toEqual(CODES.toSorted())
})

test('a code outside the catalogue does not compile', () => {
  // @ts-expect-error -- the union of codes is closed
  const unknown: ErrorCode = 'NO_SUCH_CODE'
  expect(isErrorCode(unknown)).toBe(false)
  expect(isErrorCode('toString')).toBe(false)
})

test('a detail outside the closed list does not compile', () => {
  // @ts-expect-error -- details hold what is known to be harmless
  expect(catalogued('INVALID_ID', { sql: 'select 1' })).toBeInstanceOf(CataloguedError)
})

test('only entries that are specific let their message be replaced', () => {
  expect(catalogued('INVALID_INPUT', {}, { message: 'first must be at most 100' }).message).toBe(
    'first must be at most 100',
  )
  expect(catalogued('PROJECT_ACCESS_DENIED', {}, { message: 'project vision of northwind' }).message).toBe(
    entryOf('PROJECT_ACCESS_DENIED').message,
  )
})

test('messages of the catalogue name no subgraph and no table', () => {
  for (const code of CODES) {
    expect(entryOf(code).message).not.toMatch(/\b(iam|compute|billing|storage|notifications|select|prisma)\b/i)
  }
})
