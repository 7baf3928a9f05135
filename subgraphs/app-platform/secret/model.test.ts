import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { err, ok } from '../../../platform/result/result.ts'
import { parseSecretName, parseSecretValue, secretKey } from './model.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'

test('the name of a secret is fit for a variable or a file', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/), (text) => {
      expect(parseSecretName(text)).toEqual(ok(text))
    }),
  )
})

test.each(['', '1A', '-a', '.env', 'a b', 'a/b', '../a', 'ä', 'A\n', 'A=B', 'A'.repeat(129)])('no name: %j', (text) => {
  expect(parseSecretName(text)).toEqual(err('NAME_INVALID'))
})

describe('the value of a secret', () => {
  test('is any text, whole, of up to 65536 bytes', () => {
    for (const text of ['x', ' ', '\0', '-----BEGIN KEY-----\nä€😀\n', 'é'.repeat(32_768)]) {
      const parsed = parseSecretValue(text)
      expect(parsed.ok && parsed.value.toString('utf8')).toBe(text)
    }
  })

  test.each([
    ['nothing', ''],
    ['a byte too many', 'x'.repeat(65_537)],
    ['too many bytes in few characters', 'é'.repeat(32_769)],
    ['half a character', 'a\ud800b'],
  ])('is not %s', (_, text) => {
    expect(parseSecretValue(text)).toEqual(err('VALUE_INVALID'))
  })
})

test('a secret is named by its id or its name, by one of both', () => {
  const id = ownedId('sec', systemIds.next(), systemIds.next())
  expect(secretKey(id, undefined)).toEqual(ok({ by: 'id', id }))
  expect(secretKey(undefined, '')).toEqual(ok({ by: 'name', name: '' }))
  expect(secretKey(id, 'NAME')).toEqual(err('SECRET_NOT_NAMED'))
  expect(secretKey(undefined, undefined)).toEqual(err('SECRET_NOT_NAMED'))
})
