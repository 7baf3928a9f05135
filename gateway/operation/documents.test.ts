import { expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createDocuments, DOCUMENTS_BYTES } from './documents.ts'

const schema = buildSchema('type Query { a: Int }')
const MEBIBYTE = 1_048_576
/** Space is no token: no limit of those sees it. */
const padded = (index: number): string => `{ a${String(index)}: a }`.padEnd(MEBIBYTE)

test('what is kept is bounded by the length of the texts, however little they say', () => {
  const documents = createDocuments([], 100)
  const count = DOCUMENTS_BYTES / MEBIBYTE + 1
  for (let index = 0; index < count; index++) expect(documents.read(padded(index), schema)).toHaveProperty('document')
  expect(documents.known(padded(0), schema)).toBeUndefined()
  expect(documents.known(padded(count - 1), schema)).toBeDefined()
})

test('a thousand usual documents are kept', () => {
  const documents = createDocuments([], 100)
  const usual = (index: number): string => `query Usual${String(index)} { a b: a c: a d: a e: a f: a g: a h: a i: a }`
  for (let index = 0; index < 1000; index++) documents.read(usual(index), schema)
  expect(documents.known(usual(0), schema)).toBeDefined()
})
