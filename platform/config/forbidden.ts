/** A variable that turns a protection off: of this product, its libraries, or the runtime. */
interface Forbidden {
  readonly variable: RegExp
  /** What it may not hold. Absent: anything, even `false` or nothing, as its library may only look whether it is there. */
  readonly value?: (text: string) => boolean
  readonly because: string
  /** As documentation and tests write it: the variable, and a value that is refused. */
  readonly example: readonly [variable: string, value: string]
}

const OPTIONS = ['--insecure-http-parser', '--tls-min-v1.0', '--tls-min-v1.1', '--tls-keylog', '--security-revert']
const TALKATIVE = ['http', 'https', 'http2', 'tls', 'net', 'undici', 'fetch', 'websocket', '*']

/** Node reads `_` in the name of an option as `-`. */
const optionsOf = (text: string): readonly string[] =>
  text.split(/\s+/).map((word) => (word.split('=')[0] ?? '').replaceAll('_', '-').replaceAll('"', ''))

export const FORBIDDEN: readonly Forbidden[] = [
  {
    variable: /^APOLLO_DISABLE_SECURITY_/,
    because: 'it turns a protection off',
    example: ['APOLLO_DISABLE_SECURITY_NON_LOCAL_SELECTIONS_CHECK', 'true'],
  },
  {
    variable: /^NODE_TLS_REJECT_UNAUTHORIZED$/,
    value: (text) => text.trim() === '0',
    because: 'every certificate would be believed; name your own authority in NODE_EXTRA_CA_CERTS',
    example: ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  },
  {
    variable: /^PGSSLMODE$/,
    value: (text) => text.trim() === 'no-verify',
    because: 'every certificate of a database would be believed',
    example: ['PGSSLMODE', 'no-verify'],
  },
  {
    variable: /^NODE_OPTIONS$/,
    value: (text) => optionsOf(text).some((option) => OPTIONS.includes(option)),
    because: `it weakens how requests are read or connections are encrypted (${OPTIONS.join(', ')})`,
    example: ['NODE_OPTIONS', '--insecure-http-parser'],
  },
  {
    variable: /^NODE_DEBUG$/,
    value: (text) => text.split(',').some((part) => TALKATIVE.includes(part.trim().toLowerCase())),
    because: `it prints headers, and with them credentials (${TALKATIVE.join(', ')})`,
    example: ['NODE_DEBUG', 'http'],
  },
]

/** One line for each variable of the environment with which no process may run. Values are not repeated. */
export const forbiddenIn = (environment: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(environment).flatMap(([variable, text]) => {
    const found = FORBIDDEN.find(
      (forbidden) => forbidden.variable.test(variable) && (forbidden.value?.(text ?? '') ?? true),
    )
    return found && text !== undefined
      ? [`${variable} must not be set${found.value ? ' to this' : ''}: ${found.because}. Example: unset ${variable}`]
      : []
  })
