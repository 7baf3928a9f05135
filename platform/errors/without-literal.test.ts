import { describe, expect, test } from '@jest/globals'
import { buildSchema, parse, validate } from 'graphql'
import { withoutLiteral } from './without-literal.ts'

const schema = buildSchema(
  'type Query { put(value: String, count: Int, at: [ID], kind: Kind, flag: Boolean): Int } enum Kind { ONE }',
)

const said = (source: string): string => {
  try {
    return validate(schema, parse(source))
      .map(({ message }) => message)
      .join('\n')
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('a message about a request', () => {
  test.each([
    ['{ put(value: ["planted: a; \\"b\\""]) }', 'String cannot represent a non string value.'],
    ['{ put(value: {a: "planted"}) }', 'String cannot represent a non string value.'],
    ['{ put(count: "planted") }', 'Int cannot represent non-integer value.'],
    ['{ put(flag: "planted") }', 'Boolean cannot represent a non boolean value.'],
    ['{ put(at: [{a: "planted"}]) }', 'ID cannot represent a non-string and non-integer value.'],
    ['{ put(kind: "planted") }', 'Enum "Kind" cannot represent non-enum value.'],
    ['{ put(kind: planted) }', 'The value does not exist in "Kind" enum.'],
    ['{ put(value "planted \\"x\\"") }', 'Syntax Error: Expected ":", found String.'],
    ['{ put(value """planted\n"b"""") }', 'Syntax Error: Expected ":", found BlockString.'],
    ['{ "planted" }', 'Syntax Error: Expected Name, found String.'],
  ])('%s does not say the value back', (source, expected) => {
    const message = said(source)
    expect(message).toContain('planted')
    expect(withoutLiteral(message)).toBe(expected)
  })

  test('says what it said before, but for suggestions', () => {
    expect(withoutLiteral(said('{ pot }'))).toBe('Cannot query field "pot" on type "Query".')
    expect(withoutLiteral('Syntax Error: Expected Name, found "}".')).toBe('Syntax Error: Expected Name, found "}".')
  })
})
