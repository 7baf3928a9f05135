import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CataloguedError } from '../../../platform/errors/catalogue.ts'
import { answers, mutated, piecesOf } from '../../../test/testkit/http-answers/random-answers.ts'
import { readByNode, type Answered } from '../../../test/testkit/http-answers/read-by-node.ts'
import { MalformedAnswer } from './answer-fault.ts'
import { AnswerReader } from './answer-reader.ts'

const MAX_BYTES = 1000
type Read = { readonly reader: AnswerReader; readonly answered: Answered | undefined }

/** Reads until the answer is whole, and to the end of the connection where that does not come before. */
const readPieces = (pieces: readonly Buffer[], maxBytes = MAX_BYTES): Read => {
  const reader = new AnswerReader(maxBytes)
  let reply
  for (const piece of pieces) if ((reply = reader.take(piece))) break
  reply ??= reader.end()
  return {
    reader,
    answered: reply && {
      status: reply.status,
      contentType: reply.contentType,
      body: reply.body.toString('latin1'),
    },
  }
}
const read = (text: string, maxBytes?: number): Read => readPieces([Buffer.from(text, 'latin1')], maxBytes)
const octetsOf = (bytes: Buffer): readonly Buffer[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))

/** What the pieces are taken for; what is refused, or ends too early, is nothing. */
const taken = (pieces: readonly Buffer[]): Answered | undefined => {
  try {
    return readPieces(pieces).answered
  } catch (error) {
    if (error instanceof MalformedAnswer || error instanceof CataloguedError) return undefined
    throw error
  }
}

test('an answer is read as Node reads it, in whichever pieces it comes', async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.array(fc.nat(), { maxLength: 6 }), async (bytes, places) => {
      const pieces = piecesOf(bytes, places)
      const { answered } = readPieces(pieces)
      expect(answered).toBeDefined()
      expect(answered).toEqual(await readByNode(pieces))
    }),
    { numRuns: 250 },
  )
})

test('where an answer is cut makes no difference', () => {
  fc.assert(
    fc.property(answers, (bytes) => {
      const whole = taken([bytes])
      for (let at = 1; at < bytes.length; at++)
        expect(taken([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
      expect(taken(octetsOf(bytes))).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

test('of what is no answer any more as much is refused in one piece as octet by octet, and what is not is read as Node does', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async (bytes) => {
      const whole = taken([bytes])
      expect(taken(octetsOf(bytes))).toEqual(whole)
      const byNode = await readByNode([bytes])
      if (whole && byNode) expect(whole).toEqual(byNode)
    }),
    { numRuns: 400 },
  )
})

test.each<[name: string, text: string]>([
  ['no status line', 'hello\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['an empty line before it', '\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['HTTP/2', 'HTTP/2 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a version in small letters', 'http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n'],
  ['a status below 100', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'],
  ['two spaces in its status line', 'HTTP/1.1  200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['another protocol from now on', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'],
  ['lines that end in LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['a CR alone', 'HTTP/1.1 200 OK\r\na: b\rcontent-length: 0\r\n\r\n'],
  ['a LF alone', 'HTTP/1.1 200 OK\r\na: b\ncontent-length: 0\r\n\r\n'],
  ['a NUL', 'HTTP/1.1 200 OK\r\na: b\0\r\ncontent-length: 0\r\n\r\n'],
  ['a field that goes on in the next line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\ncontent-length: 0\r\n\r\n'],
  ['a space before the first field', 'HTTP/1.1 200 OK\r\n a: b\r\ncontent-length: 0\r\n\r\n'],
  ['a space before a colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
  ['a field without a colon', 'HTTP/1.1 200 OK\r\ncontent-length 0\r\n\r\n'],
  ['a field without a name', 'HTTP/1.1 200 OK\r\n: 0\r\ncontent-length: 0\r\n\r\n'],
  ['a name that is no token', 'HTTP/1.1 200 OK\r\na(b): c\r\ncontent-length: 0\r\n\r\n'],
  ['a name that is not ASCII', 'HTTP/1.1 200 OK\r\né: c\r\ncontent-length: 0\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nContent-Length: 3\r\n\r\n{}}'],
  ['the same length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\n{}'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n{}'],
  ['a length below nothing', 'HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}'],
  ['a length in hexadecimal', 'HTTP/1.1 200 OK\r\ncontent-length: 0x2\r\n\r\n{}'],
  ['a length that is empty', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
  ['a length that no number holds', `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(30)}\r\n\r\n`],
  ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks and a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n'],
  ['a transfer coding that nobody asked for', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['a transfer coding that does not end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n{}'],
  ['chunks of chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a coding that is nearly chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['no transfer coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n\r\n{}'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  [
    'chunks and a length where there is no body',
    'HTTP/1.1 204 No\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n',
  ],
  ...[
    ['a chunk without a size', '\r\n'],
    ['a size that is not hexadecimal', 'g\r\n'],
    ['a size with a prefix', '0x2\r\n{}\r\n0\r\n\r\n'],
    ['a size with a sign', '+2\r\n{}\r\n0\r\n\r\n'],
    ['a size with a space behind it', '2 \r\n{}\r\n0\r\n\r\n'],
    ['a size that no number holds', `${'f'.repeat(20)}\r\n`],
    ['a chunk that is longer than it says', '2\r\n{}}\r\n0\r\n\r\n'],
    ['a chunk that ends in LF alone', '2\r\n{}\n0\r\n\r\n'],
    ['a size that ends in LF alone', '2\n{}\r\n0\r\n\r\n'],
    ['an extension without a name', '2;\r\n{}\r\n0\r\n\r\n'],
    ['an extension that is no token', '2;a=(b)\r\n{}\r\n0\r\n\r\n'],
    ['an extension whose quotes do not end', '2;a="b\r\n{}\r\n0\r\n\r\n'],
    ['a trailer that is no field', '2\r\n{}\r\n0\r\nhello\r\n\r\n'],
    ['a last chunk that is followed by no empty line', '0\r\nHTTP/1.1 200 OK\r\n'],
  ].map(([name = '', body = '']): [string, string] => [
    name,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`,
  ]),
])('%s is refused, at once and octet by octet', (_, text) => {
  const bytes = Buffer.from(text, 'latin1')
  expect(() => readPieces([bytes])).toThrow(MalformedAnswer)
  expect(() => readPieces(octetsOf(bytes))).toThrow(MalformedAnswer)
})

test.each<[name: string, text: string]>([
  ['half a status line', 'HTTP/1.1 2'],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n'],
  ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}'],
  ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}'],
  ['chunks without a last one', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'],
  ['half of the trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\na: b\r\n'],
  ['an interim answer alone', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
])('%s is no answer', (_, text) => {
  expect(read(text).answered).toBeUndefined()
})

test.each<[name: string, text: string, body: string, isReusable: boolean]>([
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', '{}', true],
  ['a length with zeros before it', 'HTTP/1.1 200 OK\r\nContent-Length: 0002\r\n\r\n{}', '{}', true],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}', '{}', true],
  ['nothing', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', '', true],
  ['no body by its status', 'HTTP/1.1 204 No Content\r\n\r\n', '', true],
  ['no body by its status, whatever it says', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', '', true],
  ['the end of its connection', 'HTTP/1.1 200 OK\r\n\r\n{}', '{}', false],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\n{\r\n1;a="\\"";b\r\n}\r\n0\r\nc: d\r\n\r\n',
    '{}',
    true,
  ],
  [
    'a space before an extension',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2 ; a = b\r\n{}\r\n0\r\n\r\n',
    '{}',
    true,
  ],
  ['a connection that closes', 'HTTP/1.1 200 OK\r\nconnection: a, CLOSE\r\ncontent-length: 2\r\n\r\n{}', '{}', false],
  ['a connection that does not', 'HTTP/1.1 200 OK\r\nconnection: closed\r\ncontent-length: 2\r\n\r\n{}', '{}', true],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\n{}', '{}', false],
  ['more behind it', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}H', '{}', false],
  [
    'interim answers before it',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nconnection: close\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
    '{}',
    true,
  ],
])('an answer with %s', (_, text, body, isReusable) => {
  const { reader, answered } = read(text)
  expect(answered?.body).toBe(body)
  expect(reader.isReusable).toBe(isReusable)
})

test('fields that tell something are told, lists as lists', () => {
  const reader = new AnswerReader(MAX_BYTES)
  const head =
    'HTTP/1.1 200 OK\r\nCONTENT-TYPE:  application/json\t\r\ncontent-encoding: gzip\r\nContent-Encoding: br\r\n'
  const reply = reader.take(Buffer.from(`${head}keep-alive: max=5, timeout=7\r\ncontent-length: 0\r\n\r\n`))
  expect(reply).toMatchObject({ status: 200, contentType: 'application/json', contentEncoding: 'gzip, br' })
  expect(reader.keepAliveSeconds).toBe(7)
})

test('a body may be as large as it may, and not larger, however it comes', () => {
  const body = 'x'.repeat(MAX_BYTES)
  const one = `${MAX_BYTES.toString(16)}\r\n${body}\r\n`
  const framings = [
    (text: string, more: string) => `content-length: ${text.length + more.length}\r\n\r\n${text}${more}`,
    (text: string, more: string) => `transfer-encoding: chunked\r\n\r\n${one}${more && '1\r\nx\r\n'}0\r\n\r\n`,
    (text: string, more: string) => `\r\n${text}${more}`,
  ]
  for (const framing of framings) {
    expect(read(`HTTP/1.1 200 OK\r\n${framing(body, '')}`).answered?.body).toBe(body)
    expect(() => read(`HTTP/1.1 200 OK\r\n${framing(body, 'x')}`)).toThrow(
      expect.objectContaining({ code: 'SUBGRAPH_INVALID_RESPONSE' }),
    )
  }
})

test.each<[name: string, begin: string, again: string]>([
  ['a head', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n'],
  ['a line', 'HTTP/1.1 200 OK\r\na: ', 'bbbbbbbb'],
  ['interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['chunk extensions', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1;abcdefghijklmnop\r\nx\r\n'],
  ['trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', 'a: b\r\n'],
])('%s without an end is refused before it takes much memory', (_, begin, again) => {
  const reader = new AnswerReader(1_000_000)
  reader.take(Buffer.from(begin))
  const piece = Buffer.from(again.repeat(100))
  expect(() => {
    for (let count = 0; count < 100; count++) reader.take(piece)
  }).toThrow(MalformedAnswer)
})

test('a body of very small chunks takes little more memory than its bytes', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void // what the flag exposes
  const used = (): number => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const count = 100_000
  const reader = new AnswerReader(count)
  reader.take(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'))
  const piece = Buffer.from('1\r\nx\r\n'.repeat(1000))
  const before = used()
  for (let taken = 0; taken < count; taken += 1000) reader.take(piece)
  expect(used() - before).toBeLessThan(20 * count)
  expect(reader.take(Buffer.from('0\r\n\r\n'))?.body.toString()).toBe('x'.repeat(count))
})
