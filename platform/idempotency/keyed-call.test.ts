import { expect, test } from '@jest/globals'
import { readResult, writeResult } from './kept-result.ts'
import { isIdempotencyKey, keyedCall } from './keyed-call.ts'
import { ShownOnce } from './shown-once.ts'

const inputOf = (input: unknown, key = 'k', mutation = 'm') => keyedCall(mutation, input, key).input.toString('hex')

test('R97: equal inputs are equal however they are written, and different ones are not', () => {
  const at = new Date(0)
  expect(inputOf({ a: 1, b: { c: [1, 2], d: at } })).toBe(inputOf({ b: { d: at, c: [1, 2] }, a: 1 }))
  const all = [
    {},
    { a: 1 },
    { a: '1' },
    { a: null },
    { a: [1, 2] },
    { a: [2, 1] },
    { b: 1 },
    { a: { b: 1 } },
    { a: at },
  ]
  expect(new Set(all.map((input) => inputOf(input))).size).toBe(all.length)
  expect(inputOf({ a: 1n })).toBe(inputOf({ a: '1' }))
  expect(inputOf({}, 'k', 'another')).not.toBe(inputOf({}))
  // Whoever reads the table cannot try out inputs.
  expect(inputOf({}, 'another')).not.toBe(inputOf({}))
})

test('R97: a secret input counts as much as any other', () => {
  expect(inputOf({ secret: 'one' })).not.toBe(inputOf({ secret: 'two' }))
})

test.each([
  ['a', true],
  [' ', true],
  ['x'.repeat(255), true],
  ['', false],
  ['x'.repeat(256), false],
  ['a\nb', false],
  ['ключ', false],
])('%j is a key: %s', (text, isKey) => {
  expect(isIdempotencyKey(text)).toBe(isKey)
})

test('R97: a result is read as it was written, without what is secret', () => {
  const result = {
    ...{ text: 'a', none: null, missing: undefined, flags: [true, undefined], big: -5n, at: new Date(5) },
    ...{ places: new Map([['a', { n: 1n }]]), '~': 'no tag', nested: { list: [{ at: new Date(6) }] } },
  }
  expect(readResult(writeResult(result))).toEqual(result)
  expect(readResult(writeResult(undefined))).toBeUndefined()
  expect(readResult(writeResult('text'))).toBe('text')
  const secrets = { apiToken: 'gone', secret: { name: 'stays' }, shown: new ShownOnce('gone') }
  const text = writeResult(secrets)
  expect(text).not.toContain('gone')
  expect(readResult(text)).toEqual({ secret: { name: 'stays' }, shown: new ShownOnce() })
  expect(JSON.stringify(secrets)).not.toContain('"shown":"gone"')
})

test('a result that is more than data is not kept', () => {
  class Thing {
    readonly of = 1
  }
  for (const more of [new Thing(), new Set([1]), Buffer.from('x'), () => 1, Symbol('s')])
    expect(() => writeResult({ more })).toThrow('A result holds a')
})
