import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { catalogued } from '../../platform/errors/catalogue.ts'

/** What a subgraph may have compressed its answer with. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br'

interface Body {
  readonly text: () => Promise<string>
  readonly arrayBuffer: () => Promise<ArrayBuffer>
}

type Unpack = (bytes: ArrayBuffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

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
export const readBody = async (encoding: unknown, body: Body, maxBytes: number): Promise<string> => {
  if (encoding === undefined || encoding === 'identity') return body.text()
  const packed = await body.arrayBuffer()
  const unpack = typeof encoding === 'string' ? UNPACK[encoding.trim().toLowerCase()] : undefined
  if (!unpack) throw unusable(new Error(`The answer was encoded as ${JSON.stringify(encoding)}`))
  try {
    const unpacked = await unpack(packed, { maxOutputLength: maxBytes })
    return unpacked.toString('utf8')
  } catch (error) {
    throw unusable(error)
  }
}

const unusable = (cause: unknown) => catalogued('SUBGRAPH_INVALID_RESPONSE', {}, { cause })
