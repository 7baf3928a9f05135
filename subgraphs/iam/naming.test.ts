import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseDisplayName, parseSlug, slugOf } from './naming.ts'

test('a name keeps its letters and loses the space around it', () => {
  expect(parseDisplayName('  Vision Ω ')).toEqual({ ok: true, value: 'Vision Ω' })
})

test.each(['', ' a ', 'x'.repeat(81), 'a\u0000b', 'a\u202Eb'])('%j is no name', (text) => {
  expect(parseDisplayName(text)).toEqual({ ok: false, error: 'NAME_INVALID' })
})

test.each(['ab', '-abc', 'abc-', 'Abc', 'a_b', 'x'.repeat(41), 'a b'])('%j is no slug', (text) => {
  expect(parseSlug(text)).toEqual({ ok: false, error: 'SLUG_INVALID' })
})

test('a slug is made of a name', () => {
  const name = parseDisplayName('Übung & Planung 2')
  expect(name.ok && slugOf(name.value)).toEqual({ ok: true, value: 'ubung-planung-2' })
})

test('whatever the name, the slug made of it is a slug or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const name = parseDisplayName(text)
      if (!name.ok) return
      const slug = slugOf(name.value)
      if (slug.ok) expect(parseSlug(slug.value)).toEqual(slug)
    }),
  )
})
