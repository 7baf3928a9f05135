/** What a statement that reads may be given. */
type Parameter = string | null | Buffer

/**
 * As PostgreSQL reads an instant: ISO 8601, without the sign that it gives to long years. What was before the year 1 is
 * nothing that the product stores: as the year 0 the server refuses it (22008), and the caller is told.
 */
const instant = (date: Date): string => {
  const year = date.getUTCFullYear()
  const text = date.toISOString()
  if (year < 1) return `0000${text.slice(text.indexOf('-', 1))}`
  return year > 9999 ? text.slice(1) : text
}

const QUOTED = /["\\]/g

const element = (value: unknown): string => {
  if (value === null) return 'NULL'
  if (Array.isArray(value)) return list(value)
  const text = parameter(value)
  if (typeof text !== 'string') throw new TypeError('A list of bytes is not sent')
  return `"${text.replace(QUOTED, String.raw`\$&`)}"`
}

/** Of texts that need no quotes, as those of UUIDs: most that a list holds. */
const PLAIN = /^[0-9a-f-]+$/

const list = (values: readonly unknown[]): string => {
  let text = ''
  for (const value of values) {
    const written = typeof value === 'string' && PLAIN.test(value) ? value : element(value)
    text = text === '' ? written : `${text},${written}`
  }
  return `{${text}}`
}

/** A value as it goes to the server. Throws for one that no statement has sent so far: what becomes of it is not known. */
export const parameter = (value: unknown): Parameter => {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return null
      if (value instanceof Date) return instant(value)
      if (Array.isArray(value)) return list(value)
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      break
    default:
  }
  throw new TypeError(`A statement was given a value that is not sent: ${Object.prototype.toString.call(value)}`)
}
