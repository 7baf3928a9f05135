import { REDACTED } from './redact-text.ts'
import { isSecretName, PRIVATE_JWK_PARAMETERS } from './secret-names.ts'

const MAX_DEPTH = 8
const MAX_ITEMS = 100
const MAX_TEXT = 16_384

/**
 * A copy of `value` that is safe to log: secrets replaced by name, errors reduced to type, code, message and stack,
 * size and depth bounded, cycles cut. Never throws. Texts are left to `redactText`, which sees the whole line.
 */
export const redactValue = (value: unknown): unknown => {
  try {
    return copyOf(value, [])
  } catch {
    return '[unreadable]'
  }
}

const copyOf = (value: unknown, above: readonly object[]): unknown => {
  if (typeof value === 'string') return copyOfText(value, above)
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString()
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return '[circular]'
  if (above.length >= MAX_DEPTH) return '[too deep]'
  const path = [...above, value]
  if (value instanceof Error) return copyOfError(value, path)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength.toString()} bytes]`
  if (hasJson(value)) return copyOf(value.toJSON(), path)
  if (value instanceof Map)
    return copyOfEntries(
      [...value].map(([key, item]) => [String(key), item]),
      path,
    )
  if (Array.isArray(value) || value instanceof Set)
    return [...value].slice(0, MAX_ITEMS).map((item) => copyOf(item, path))
  return copyOfEntries(Object.entries(value), path)
}

/** A text that is JSON itself is redacted by its names, too. */
const copyOfText = (text: string, above: readonly object[]): string => {
  if (text.length > MAX_TEXT) return `${text.slice(0, MAX_TEXT)}…`
  const parsed = /^\s*[{[]/.test(text) && above.length < MAX_DEPTH ? parseJson(text) : undefined
  return parsed === undefined ? text : JSON.stringify(copyOf(parsed, [...above, {}]))
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const hasJson = (value: object): value is { toJSON: () => unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function'

const copyOfEntries = (entries: readonly (readonly [string, unknown])[], path: readonly object[]): object => {
  const isKey = entries.some(([name]) => name === 'kty')
  return Object.fromEntries(
    entries.slice(0, MAX_ITEMS).map(([name, item]) => {
      const secret = isSecretName(name) || (isKey && PRIVATE_JWK_PARAMETERS.has(name))
      return [name, secret && item !== undefined && item !== null ? REDACTED : copyOf(item, path)]
    }),
  )
}

/** Own properties of errors hold statements, parameters and rows; only these are known to be harmless. */
const ERROR_PROPERTIES = ['code', 'details', 'constraint', 'table', 'schema', 'severity', 'syscall', 'errors']

const copyOfError = (error: Error, path: readonly object[]): object => {
  const properties = Object.entries(error).filter(([name]) => ERROR_PROPERTIES.includes(name))
  return {
    type: error.name,
    message: copyOf(error.message, path),
    ...copyOfEntries(properties, path),
    stack: copyOf(error.stack, path),
    ...(error.cause === undefined ? {} : { cause: copyOf(error.cause, path) }),
  }
}
