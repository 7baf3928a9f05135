import { GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql'
import { catalogued } from '../errors/catalogue.ts'

/** A scalar of the graph: how its values leave, and how the caller's own come in. Both refuse what is none. */
interface ScalarParts<T> {
  readonly name: string
  readonly format: string
  readonly write: (value: unknown) => string | undefined
  readonly read: (value: unknown) => T | undefined
}

const scalar = <T>({ name, format, write, read }: ScalarParts<T>): GraphQLScalarType<T, string> => {
  const parse = (value: unknown): T => {
    const parsed = read(value)
    if (parsed === undefined) throw catalogued('INVALID_INPUT', {}, { message: `${name} must be ${format}.` })
    return parsed
  }
  return new GraphQLScalarType<T, string>({
    name,
    serialize: (value) => {
      const text = write(value)
      if (text === undefined) throw new TypeError(`A resolver returned what is no ${name}.`)
      return text
    },
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.INT ? node.value : valueFromASTUntyped(node)),
  })
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
const WHOLE_NUMBER = /^-?\d{1,78}$/
const ISO_8601_DURATION = /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/
const ISO_4217 = /^[A-Z]{3}$/

const isValidDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

/** RFC 3339 writes years of four digits, and PostgreSQL has no year 0; an offset may lead out of them. */
const hasFourDigitYear = (date: Date): boolean => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999

const readDate = (value: unknown): Date | undefined => {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined
  const date = new Date(value)
  // A day that the calendar lacks (30 February) would roll over silently.
  const day = Number(value.slice(8, 10))
  const inCalendar = day <= new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate()
  return isValidDate(date) && inCalendar && hasFourDigitYear(date) ? date : undefined
}

const readBigInt = (value: unknown): bigint | undefined => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? BigInt(value) : undefined
}

const readSize = (value: unknown): bigint | undefined => {
  const size = readBigInt(value)
  return size !== undefined && size >= 0n ? size : undefined
}

const matching = (pattern: RegExp) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** The scalars of the graph, by name. `DateTime` is a `Date` inside, `BigInt` and `ByteSize` a `bigint`. */
export const SCALARS = {
  DateTime: scalar({
    name: 'DateTime',
    format: 'an instant of RFC 3339, such as 2026-03-01T12:00:00Z',
    write: (value) => (isValidDate(value) ? value.toISOString() : readDate(value)?.toISOString()),
    read: readDate,
  }),
  BigInt: scalar({
    name: 'BigInt',
    format: 'a whole number, as text or number',
    write: (value) => readBigInt(value)?.toString(),
    read: readBigInt,
  }),
  ByteSize: scalar({
    name: 'ByteSize',
    format: 'a whole number that is not negative, as text or number',
    write: (value) => readSize(value)?.toString(),
    read: readSize,
  }),
  Duration: scalar({
    name: 'Duration',
    format: 'a duration of ISO 8601, such as PT1H30M',
    write: matching(ISO_8601_DURATION),
    read: matching(ISO_8601_DURATION),
  }),
  CurrencyCode: scalar({
    name: 'CurrencyCode',
    format: 'a currency code of ISO 4217, such as EUR',
    write: matching(ISO_4217),
    read: matching(ISO_4217),
  }),
} as const
