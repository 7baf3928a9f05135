// eslint-disable-next-line no-control-regex -- exactly what JSON may not hold as it is (RFC 8259, section 7)
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

/** Whether the JSON of a string is that string between quotes. Finding that out costs less than `JSON.stringify`. */
export const isPlain = (value: string): boolean => !ESCAPED.test(value)

/** The JSON of a string. Most need no escape. */
export const quote = (value: string): string => (isPlain(value) ? `"${value}"` : JSON.stringify(value))
