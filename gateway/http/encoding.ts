import type { Transform } from 'node:stream'
import { brotliCompressSync, constants, createBrotliCompress, createGzip, gzipSync } from 'node:zlib'
import { forKnownHeaders } from './known-headers.ts'

export type Encoding = 'br' | 'gzip'

/** Below it the frame of an answer on the wire is the same, and compressing costs more than it saves. */
export const WORTH_ENCODING_BYTES = 2048

const GZIP_LEVEL = 4
/** Of eleven: about as fast as gzip, and smaller. */
const BROTLI_QUALITY = 4

/** The encoding that a client wants most of those that are spoken here; undefined for none (RFC 9110, section 12.5.3). */
export const chooseEncoding = (accepted: string | string[] | undefined): Encoding | undefined =>
  accepted === undefined ? undefined : chosen(String(accepted))

const chosen = forKnownHeaders((accepted): Encoding | undefined => {
  const qualities = new Map<string, number>()
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', weight] = part.split(';').map((text) => text.trim())
    const quality = weight?.startsWith('q=') === true ? Number(weight.slice(2)) : 1
    qualities.set(name, Number.isNaN(quality) ? 0 : quality)
  }
  const qualityOf = (name: Encoding): number => qualities.get(name) ?? qualities.get('*') ?? 0
  const [br, gzip] = [qualityOf('br'), qualityOf('gzip')]
  const best = br >= gzip ? 'br' : 'gzip'
  const isPlainWanted = (qualities.get('identity') ?? 0) > Math.max(br, gzip)
  return Math.max(br, gzip) > 0 && !isPlainWanted ? best : undefined
})

/**
 * Up to it an answer is compressed at once and whole, which takes 25 µs for 4 KB and 100 for 32; a stream, and its turns
 * through the thread pool, cost 400 µs more.
 */
export const ENCODED_AT_ONCE_BYTES = 32_768

export const encodeAtOnce = (encoding: Encoding, text: Buffer): Buffer =>
  encoding === 'gzip' ? gzipSync(text, GZIP) : brotliCompressSync(text, brotliFor(text.length))

export const encoder = (encoding: Encoding, length: number): Transform =>
  encoding === 'gzip' ? createGzip(GZIP) : createBrotliCompress(brotliFor(length))

const GZIP = { level: GZIP_LEVEL }

const brotliFor = (length: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: length,
  },
})
