import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { err, ok } from '../../platform/result/result.ts'
import { parseResourceName, PRODUCTION } from './naming.ts'

test('names are fit for a DNS label', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/), (text) => {
      expect(parseResourceName(text)).toEqual(ok(text))
    }),
  )
  expect(parseResourceName(PRODUCTION)).toEqual(ok(PRODUCTION))
})

test.each(['', 'a', '1a', '-a', 'a-', 'Ab', 'a b', 'a_b', 'ä1', 'ab\n', 'a'.repeat(41)])('no name: %j', (text) => {
  expect(parseResourceName(text)).toEqual(err('NAME_INVALID'))
})
