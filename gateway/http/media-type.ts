import { forKnownHeaders } from './known-headers.ts'

/** How a GraphQL answer is labelled (GraphQL over HTTP, section 6). */
export interface AnswerType {
  readonly mediaType: 'application/json' | 'application/graphql-response+json'
  /**
   * The client asked for `application/json` by name. It is then told of errors by the body alone: a well-formed request
   * is answered with 200, whatever its operation came to.
   */
  readonly isLegacy: boolean
}

const JSON_TYPE = 'application/json'
const RESPONSE_TYPE = 'application/graphql-response+json'
const PLAIN: AnswerType = { mediaType: JSON_TYPE, isLegacy: false }
const LEGACY: AnswerType = { mediaType: JSON_TYPE, isLegacy: true }
const MODERN: AnswerType = { mediaType: RESPONSE_TYPE, isLegacy: false }

interface Range {
  readonly type: string
  readonly quality: number
}

/**
 * The media type of the answer that an `accept` header asks for, by its quality values (RFC 9110, section 12.5.1);
 * undefined where it takes neither. Without a header, and for a wildcard, `application/json`.
 */
export const answerType = (accept: string | undefined): AnswerType | undefined => {
  return accept === undefined || accept === '' || accept === '*/*' ? PLAIN : negotiated(accept)
}

const negotiate = (accept: string): AnswerType | undefined => {
  const ranges = accept.split(',').flatMap(rangeOf)
  const legacy = qualityOf(ranges, JSON_TYPE)
  const modern = qualityOf(ranges, RESPONSE_TYPE)
  if (legacy.quality === 0 && modern.quality === 0) return undefined
  if (modern.quality > legacy.quality) return MODERN
  if (legacy.quality > modern.quality) return legacy.isNamed ? LEGACY : PLAIN
  // Wanted alike: the one that is named before the other, else the one that every client reads.
  if (modern.isNamed && (!legacy.isNamed || modern.place < legacy.place)) return MODERN
  return legacy.isNamed && !modern.isNamed ? LEGACY : PLAIN
}

const negotiated = forKnownHeaders(negotiate)

const rangeOf = (text: string): Range[] => {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  if (!type.includes('/')) return []
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = weight === undefined ? 1 : Number(weight.slice(2))
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8)
  // Answers are UTF-8: what asks for another encoding asks for something else.
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) return []
  return [{ type, quality: Number.isNaN(quality) ? 0 : quality }]
}

/** The most specific range that matches counts, whatever a wildcard says. */
const qualityOf = (ranges: readonly Range[], type: string) => {
  for (const pattern of [type, 'application/*', '*/*']) {
    const place = ranges.findIndex((range) => range.type === pattern)
    const range = ranges[place]
    if (range) return { quality: range.quality, isNamed: pattern === type, place }
  }
  return { quality: 0, isNamed: false, place: -1 }
}
