import fc from 'fast-check'

const SEPARATE =
  /^(?:connection|keep-alive|content-type|content-length|content-encoding|transfer-encoding|upgrade|trailer)$/i
const letters = (characters: string, constraints: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), ...constraints })

const token = letters('abcXYZ019!#$%&*+-.^_`|~', { minLength: 1, maxLength: 12 })
const value = letters('azAZ09 \t,;:="/()<>@é{}', { maxLength: 30 })
const field = fc
  .tuple(
    token.filter((name) => !SEPARATE.test(name)),
    value,
  )
  .map(([name, text]) => `${name}:${text}\r\n`)
const fields = fc.array(field, { maxLength: 4 }).map((lines) => lines.join(''))
const cased = (name: string): fc.Arbitrary<string> => fc.mixedCase(fc.constant(name))

const interim = fc
  .tuple(fc.constantFrom(100, 102, 103), fields)
  .map(([status, lines]) => `HTTP/1.1 ${status} X\r\n${lines}\r\n`)

const extension = fc
  .tuple(
    token,
    fc.option(
      fc.oneof(
        token,
        letters('ab c', { maxLength: 5 }).map((text) => `"${text}"`),
      ),
      { nil: undefined },
    ),
  )
  .map(([name, text]) => (text === undefined ? `;${name}` : `;${name}=${text}`))
const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.array(extension, { maxLength: 2 })), {
  minLength: 1,
  maxLength: 8,
})

const chunked = (
  body: string,
  parts: readonly (readonly [size: number, extensions: readonly string[]])[],
  trailers: string,
): string => {
  let text = ''
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const [size, extensions] = parts[turn % parts.length] ?? [1, []]
    const part = body.slice(at, at + size)
    text += `${part.length.toString(16)}${extensions.join('')}\r\n${part}\r\n`
    at += part.length
  }
  return `${text}0\r\n${trailers}\r\n`
}

const bodies = letters('{}":abc\r\n0é\0', { maxLength: 150 })

/** The field that tells where a body ends, and the body as it is sent. */
const framed = bodies.chain((body) =>
  fc.oneof(
    cased('content-length').map((name) => [`${name}: ${body.length}\r\n`, body] as const),
    fc
      .tuple(cased('transfer-encoding'), cased('chunked'), sizes, fields)
      .map(([name, coding, parts, trailers]) => [`${name}:${coding} \r\n`, chunked(body, parts, trailers)] as const),
    fc.constant(['connection: close\r\n', body] as const),
  ),
)

/** Answers to a POST as servers may send them: every framing, interim answers before, chunk extensions and trailers. */
export const answers: fc.Arbitrary<Buffer> = fc
  .record({
    before: fc.array(interim, { maxLength: 2 }),
    status: fc.constantFrom(200, 200, 201, 206, 299, 301, 400, 404, 500, 503, 599),
    reason: fc.constantFrom(' OK', ' ', '', ' Not Found (really)'),
    first: fields,
    type: fc.constantFrom('', 'Content-Type: application/json\r\n', 'content-type:\ttext/html; charset=utf-8 \r\n'),
    framed,
    last: fields,
  })
  .map(({ before, status, reason, first, type, framed: [framing, body], last }) =>
    Buffer.from(
      `${before.join('')}HTTP/1.1 ${status}${reason}\r\n${first}${type}${framing}${last}\r\n${body}`,
      'latin1',
    ),
  )

/** The same with a few octets that are others, or too many. */
export const mutated: fc.Arbitrary<Buffer> = fc
  .tuple(
    answers,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Array.from('\r\n\0\t :;,0f5zé')), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([answer, changes]) =>
    changes.reduce((bytes, [place, character, isMore]) => {
      const at = place % bytes.length
      const octet = Buffer.from(character, 'latin1')
      return Buffer.concat([bytes.subarray(0, at), octet, bytes.subarray(isMore ? at : at + 1)])
    }, answer),
  )

/** The bytes in pieces that end at those places. */
export const piecesOf = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const cuts = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].toSorted(
    (a, b) => a - b,
  )
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut))
}
