export const REDACTED = '[redacted]'

const SECRET_NAME =
  /(?:authorization|cookies?|passwords?|passwd|passphrase|secrets?|tokens?|apikeys?|privatekeys?|signingkeys?|credentials?|connectionstring|databaseurl|redisurl|natsurl|xgpuaasprincipal|pepper|codeverifier|ticket|jwt|otp)$/

/** Whether a property of this name is a secret, whatever its value: `accessToken`, `API_KEY`, `set-cookie`. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''))

/** Parameters of private JSON Web Keys (RFC 7518 section 6), secret only inside an object with `kty`. */
const PRIVATE_JWK_PARAMETERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])

interface TextRule {
  readonly pattern: RegExp
  readonly replacement: string
}

/** No pattern takes in a quote or a backslash of its own, so that a redacted line of JSON stays JSON. */
const CREDENTIALS: readonly TextRule[] = [
  { pattern: /eyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*){0,3}/g, replacement: REDACTED },
  { pattern: /gpk_[\w-]{8,}/g, replacement: REDACTED },
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"']*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=["'])|$)/g,
    replacement: REDACTED,
  },
  { pattern: /\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/gi, replacement: `$1 ${REDACTED}` },
  { pattern: /(:\/\/[^\s"'\\/:@]*):(?!\d{1,5}[/?#])[^\s"'\\]+@/g, replacement: `$1:${REDACTED}@` },
]

const NAMED =
  '((?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|private[-_]?key|signing[-_]?key|authorization|cookie|code_verifier)s?'
const ASSIGNMENTS: readonly TextRule[] = [
  { pattern: new RegExp(`${NAMED}\\\\*["']?\\s*[=:]\\s*\\\\*["'])[^"'\\\\]+`, 'gi'), replacement: `$1${REDACTED}` },
  { pattern: new RegExp(`${NAMED}=)[^\\s"'\\\\&;,]+`, 'gi'), replacement: `$1${REDACTED}` },
]

const replaceAll = (text: string, rules: readonly TextRule[]): string =>
  rules.reduce((rest, { pattern, replacement }) => rest.replace(pattern, replacement), text)

/** Takes credentials out of any text, a line of JSON included: tokens, API keys, private keys, passwords in URLs. */
export const redactText = (text: string): string => replaceAll(replaceAll(text, CREDENTIALS), ASSIGNMENTS)

/** Whether a text is, or holds, something shaped like a credential. */
export const looksSecret = (text: string): boolean => replaceAll(text, CREDENTIALS) !== text

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
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
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
