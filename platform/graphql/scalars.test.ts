import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseValue } from 'graphql'
import { SCALARS } from './scalars.ts'
import { CataloguedError } from '../errors/catalogue.ts'

const accepted: readonly (readonly [keyof typeof SCALARS, unknown, unknown])[] = [
  ['DateTime', '2026-02-28T23:59:59Z', '2026-02-28T23:59:59.000Z'],
  ['DateTime', '2024-02-29T01:00:00.5+01:00', '2024-02-29T00:00:00.500Z'],
  ['DateTime', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['DateTime', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ['BigInt', '-9007199254740993', '-9007199254740993'],
  ['BigInt', 42, '42'],
  ['ByteSize', '0', '0'],
  ['Duration', 'PT1H30M', 'PT1H30M'],
  ['Duration', 'P1Y2M3W4DT5H6M7.5S', 'P1Y2M3W4DT5H6M7.5S'],
  ['CurrencyCode', 'EUR', 'EUR'],
]

const refused: readonly (readonly [keyof typeof SCALARS, unknown])[] = [
  ...[
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
    'now',
    '',
    0,
    null,
    {},
  ].map((value) => ['DateTime', value] as const),
  ...['1.5', '0x10', '', ' 1', '1e3', 1.5, 2 ** 53, Infinity, true, null, [], '9'.repeat(79)].map(
    (value) => ['BigInt', value] as const,
  ),
  ['ByteSize', '-1'],
  ['ByteSize', -1],
  ...['P', 'PT', '1H', 'PT1H30', 'P1H', '', 'PT-1H', 7].map((value) => ['Duration', value] as const),
  ...['eur', 'EURO', '', 'EU', 978].map((value) => ['CurrencyCode', value] as const),
]

describe('scalars', () => {
  test.each(accepted)('%s takes %j and writes it as %j', (name, value, written) => {
    const scalar = SCALARS[name]
    expect(scalar.serialize(scalar.parseValue(value))).toBe(written)
    expect(scalar.serialize(scalar.parseLiteral(parseValue(JSON.stringify(value))))).toBe(written)
  })

  test.each(refused)('%s refuses %j, with a catalogued error and as a result', (name, value) => {
    expect(() => SCALARS[name].parseValue(value)).toThrow(CataloguedError)
    expect(() => SCALARS[name].serialize(value)).toThrow(TypeError)
  })

  test('numbers of any size and instants survive the way out and in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 77n), max: 10n ** 77n }), (value) => {
        expect(SCALARS.BigInt.parseValue(SCALARS.BigInt.serialize(value))).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true }), (value) => {
        expect(SCALARS.DateTime.parseValue(SCALARS.DateTime.serialize(value))).toEqual(value)
      }),
    )
  })
})
