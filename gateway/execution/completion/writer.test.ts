import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { writerCase } from '../../../test/testkit/random-graph/writer-case.ts'
import { answerText } from './answer-text.ts'
import { piecesOf, writtenData } from './written-data.ts'

test('random schemas, operations and data: the bytes of graphql-js, and its errors at its places', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { written, expected } = await writerCase(seed)
      expect(written).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('data that nobody looked into is sent as it was written', () => {
  const data = writtenData(['{"a":', Buffer.from('[1,2]'), '}'])
  expect(answerText({ data })).toBe('{"data":{"a":[1,2]}}')
  expect(answerText({ errors: [{ message: 'm' }], data, extensions: { e: 1 } })).toBe(
    '{"errors":[{"message":"m"}],"data":{"a":[1,2]},"extensions":{"e":1}}',
  )
  expect(answerText({ extensions: {} })).toBe('{"extensions":{}}')
  expect(answerText({ data: null })).toBe('{"data":null}')
})

test('data is an object like any other to those that look, and what they change is sent', () => {
  const written = ['{"a":{"b":1},"__proto__":{"c":2}}']
  const data = writtenData(written)
  expect(Object.keys(data)).toEqual(['a', '__proto__'])
  expect(piecesOf(data)).toBeUndefined()
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
  expect(answerText({ data })).toBe(`{"data":${written[0] ?? ''}}`)
  delete data['a']
  data['d'] = [3]
  expect(answerText({ data })).toBe('{"data":{"__proto__":{"c":2},"d":[3]}}')
})
