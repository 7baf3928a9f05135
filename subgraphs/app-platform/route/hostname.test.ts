import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { err, ok } from '../../../platform/result/result.ts'
import { normaliseHostname } from './hostname.ts'

const OPTIONS = { numRuns: 500 }

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/).filter((text) => text.slice(2, 4) !== '--')
const topLevel = fc.stringMatching(/^[a-z]{2,10}$/)
const hostname = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), topLevel)
  .map(([labels, top]) => [...labels, top].join('.'))
const international = fc
  .tuple(fc.stringMatching(/^[a-zäöüéñøпривет日本語]{1,12}$/u), topLevel)
  .map(([name, top]) => `${name}.${top}`)

const anyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => Array.from(text, (letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(''))

describe('a hostname', () => {
  test.each([
    ['Shop.Example.COM', 'shop.example.com'],
    ['shop.example.com.', 'shop.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.EXAMPLE.', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
    ['bücher。example', 'xn--bcher-kva.example'],
    ['ｂücher.example', 'xn--bcher-kva.example'],
    ['bü\u00ADcher.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    ['faß.example', 'xn--fa-hia.example'],
    ['l·l.example', 'xn--ll-0ea.example'],
    ['1.example', '1.example'],
  ])('%s is %s', (written, normal) => {
    expect(normaliseHostname(written)).toEqual(ok(normal))
  })

  test.each(['*.example.com', '＊.example.com', 'a.*.example.com'])('with a wildcard is refused: %s', (written) => {
    expect(normaliseHostname(written)).toEqual(err('WILDCARD_REFUSED'))
  })

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['a single label', 'localhost'],
    ['an empty label', 'a..example'],
    ['a leading dot', '.example.com'],
    ['two trailing dots', 'a.example..'],
    ['a label that begins with a hyphen', '-a.example'],
    ['a label that ends with one', 'a-.example'],
    ['an underscore', 'a_b.example'],
    ['a space', 'a b.example'],
    ['a port', 'a.example:80'],
    ['a path', 'a.example/x'],
    ['a user', 'a@b.example'],
    ['a fragment', 'a.example#x'],
    ['a percent escape', 'a%2eb.example'],
    ['a full-width slash', 'a／b.example'],
    ['an address', '127.0.0.1'],
    ['an address in hexadecimal', '0x7f.1'],
    ['an address of version 6', '[::1]'],
    ['an A-label that decodes to nothing', 'xn--zzzz.example'],
    ['an empty A-label', 'xn--.example'],
    ['an emoji', '💩.example'],
    ['an emoji as an A-label', 'xn--ls8h.example'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example`],
    ['254 characters', `${'a.'.repeat(123)}example.`.padStart(255, 'a')],
    ['a megabyte', 'a.'.repeat(500_000)],
  ])('is refused: %s', (_, written) => {
    expect(normaliseHostname(written)).toEqual(err('HOSTNAME_INVALID'))
  })

  test('of 253 characters is the longest', () => {
    const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`
    expect(normaliseHostname(longest)).toEqual(ok(longest))
    expect(normaliseHostname(`x${longest}`)).toEqual(err('HOSTNAME_INVALID'))
  })

  test('is the same in every case, with and without its trailing dot', () => {
    const variants = fc
      .oneof(hostname, international)
      .chain((name) => fc.tuple(fc.constant(name), anyCase(name), fc.constantFrom('', '.')))
    fc.assert(
      fc.property(variants, ([name, cased, dot]) => {
        // Some letters have no capital that leads back to them; those are no variants.
        fc.pre(cased.toLowerCase() === name.toLowerCase())
        expect(normaliseHostname(cased + dot)).toEqual(normaliseHostname(name))
      }),
      OPTIONS,
    )
  })

  test('is kept as it is when it is in its one form already', () => {
    fc.assert(
      fc.property(hostname, (name) => {
        expect(normaliseHostname(name)).toEqual(ok(name))
      }),
      OPTIONS,
    )
  })

  test('comes out of any text as DNS carries it and unchanged by a second time, or not at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }).map((name) => `${name}.example`),
      fc.string().map((name) => `xn--${name}.example`),
      international,
    )
    fc.assert(
      fc.property(text, (written) => {
        const normal = normaliseHostname(written)
        if (!normal.ok) return
        expect(normal.value).toMatch(
          /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
        )
        expect(normal.value.length).toBeLessThanOrEqual(253)
        expect(normaliseHostname(normal.value)).toEqual(normal)
      }),
      { numRuns: 2_000 },
    )
  })
})
