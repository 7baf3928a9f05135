import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesOf, JsonBytes } from './json-bytes.ts'
import { joined } from './pieces.ts'

/** Everything that text may hold: pairs and halves of them, quotes, control characters, and what is longer than a piece. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', 'ß', '€', '😀', '\ud800', '\udfff', '\uffff'),
    maxLength: 90,
  }),
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '"', '\\', 'ß', '€', '😀'), minLength: 40, maxLength: 120 }),
  fc
    .tuple(fc.constantFrom('a', '"', 'é', '€', '\ud800'), fc.integer({ min: 9_000, max: 40_000 }))
    .map(([unit, times]) => unit.repeat(times)),
)

const anyName = fc.oneof(
  fc.constantFrom('id', '__typename'),
  fc.integer({ min: 1, max: 40_000 }).map((length) => 'n'.repeat(length)),
)

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('string' as const), value: anyText }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('json' as const), value: fc.json() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('integer' as const), value: fc.integer() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('constant' as const), value: anyName }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const) }) },
)

test('whatever is written is what JSON.stringify gives, and nothing is left of what was taken back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const json = new JsonBytes()
      let expected = ''
      const marks: { readonly length: number; readonly text: string }[] = []
      for (const taken of steps) {
        if (taken.kind === 'string') {
          json.addString(taken.value)
          expected += JSON.stringify(taken.value)
        } else if (taken.kind === 'json') {
          json.addJson(taken.value)
          expected += taken.value
        } else if (taken.kind === 'integer') {
          json.addInteger(taken.value)
          expected += String(taken.value)
        } else if (taken.kind === 'constant') {
          json.add(bytesOf(JSON.stringify(taken.value)))
          expected += JSON.stringify(taken.value)
        } else if (taken.kind === 'mark') marks.push({ length: json.length, text: expected })
        else {
          const mark = marks.pop()
          if (!mark) continue
          json.restore(mark.length)
          expected = mark.text
        }
        expect(json.length).toBe(Buffer.byteLength(expected))
      }
      expect(joined(json.finish())).toBe(expected)
    }),
    { numRuns: 100 },
  )
})

test('integers of every length', () => {
  const json = new JsonBytes()
  const values = [0, -0, 7, 10, 99, 100, 999_999_999, 1_000_000_000, 2_147_483_647, -1, -2_147_483_648]
  for (const value of values) {
    json.addInteger(value)
    json.addByte(0x2c)
  }
  expect(joined(json.finish())).toBe(values.map((value) => `${JSON.stringify(value)},`).join(''))
})

test('one answer that is written while another is does not stand in it', () => {
  const outer = new JsonBytes()
  outer.addString('outer')
  const inner = new JsonBytes()
  inner.addString('inner')
  expect(joined(inner.finish())).toBe('"inner"')
  outer.addString('too')
  const next = new JsonBytes()
  next.addString('next')
  expect(joined(outer.finish())).toBe('"outer""too"')
  expect(joined(next.finish())).toBe('"next"')
})

test('what was finished stays as it was while the next answer is written', () => {
  const text = 'a'.repeat(10_000)
  const first = new JsonBytes()
  for (let times = 0; times < 10; times++) first.addString(text)
  const pieces = first.finish()
  const second = new JsonBytes()
  for (let times = 0; times < 10; times++) second.addString('b'.repeat(10_000))
  second.finish()
  expect(joined(pieces)).toBe(`"${text}"`.repeat(10))
})

test('what is taken back may have begun in a piece that is full', () => {
  const json = new JsonBytes()
  const kept = 'a'.repeat(100)
  json.addString(kept)
  const { length } = json
  for (let times = 0; times < 9; times++) json.addString('b'.repeat(9_000))
  json.restore(length)
  json.addString('c')
  expect(joined(json.finish())).toBe(`"${kept}""c"`)
})
