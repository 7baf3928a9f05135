import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { err, ok } from '../../../platform/result/result.ts'
import { parseBucketName } from './model.ts'

const isInner = (letter: string): boolean => /^[a-z0-9-]$/.test(letter)
const isOuter = (letter: string): boolean => /^[a-z0-9]$/.test(letter)

/** The rule as people read it, letter by letter. */
const mayBeNamed = (text: string): boolean => {
  const letters = Array.from(text)
  const ends = [letters.at(0) ?? '', letters.at(-1) ?? '']
  return letters.length >= 3 && letters.length <= 63 && letters.every(isInner) && ends.every(isOuter)
}

test('a name is accepted as it is, if and only if it keeps the rule', () => {
  const near = fc.string({
    unit: fc.constantFrom('a', 'z', '0', '9', '-', 'A', '_', '.', ' ', '\n', 'ä'),
    maxLength: 66,
  })
  const kept = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)
  fc.assert(
    fc.property(fc.oneof(kept, near, fc.string()), (text) => {
      expect(parseBucketName(text)).toEqual(mayBeNamed(text) ? ok(text) : err('NAME_INVALID'))
    }),
    { numRuns: 1_000 },
  )
})

test.each(['abc', 'a-c', '0-0', 'a--b', 'a'.repeat(63)])('a name: %s', (text) => {
  expect(parseBucketName(text)).toEqual(ok(text))
})

test.each(['', 'ab', '-ab', 'ab-', 'Abc', 'a.b', 'a_b', 'abc\n', '../abc', 'a'.repeat(64)])('no name: %j', (text) => {
  expect(parseBucketName(text)).toEqual(err('NAME_INVALID'))
})
