import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { catalogued } from '../../platform/errors/catalogue.ts'

/** What a subgraph may have compressed its answer with. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br'

type Unpack = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

const UNPACK: Readonly<Partial<Record<string, Unpack>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * The text of an answer, unpacked off this thread where it was compressed, and never more than `maxBytes` of it. Throws
 * `SUBGRAPH_INVALID_RESPONSE` where it is longer, or was packed in a way that was not asked for.
 */
export const readBody = (encoding: unknown, body: Buffer, maxBytes: number): string | Promise<string> =>
  encoding === undefined || encoding === 'identity' ? textOf(body) : unpacked(encoding, body, maxBytes)

const unpacked = async (encoding: unknown, packed: Buffer, maxBytes: number): Promise<string> => {
  const unpack = typeof encoding === 'string' ? UNPACK[encoding.trim().toLowerCase()] : undefined
  if (!unpack) throw unusable(new Error(`The answer was encoded as ${JSON.stringify(encoding)}`))
  try {
    return textOf(await unpack(packed, { maxOutputLength: maxBytes }))
  } catch (error) {
    throw unusable(error)
  }
}

/** Without the mark that some put before UTF-8. */
const textOf = (bytes: Buffer): string =>
  bytes.length > 2 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    ? bytes.toString('utf8', 3)
    : bytes.toString('utf8')

const unusable = (cause: unknown) => catalogued('SUBGRAPH_INVALID_RESPONSE', {}, { cause })
