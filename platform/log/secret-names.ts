/** How secrets are called; a space stands for nothing, `-` or `_`. */
const NAMES = [
  'authorization',
  'cookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'api key',
  'private key',
  'signing key',
  'secrets key',
  'credential',
  'connection string',
  'database url',
  'redis url',
  'nats url',
  'x gpuaas principal',
  'pepper',
  'code verifier',
  'ticket',
  'jwt',
  'otp',
]

/** The end of a name inside a text, as a source for regular expressions. */
export const SECRET_NAME_IN_TEXT = `(?:${NAMES.join('|').replaceAll(' ', '[-_]?')})s?`

const ENDS_SECRET = new RegExp(`(?:${NAMES.join('|').replaceAll(' ', '')})s?$`)

/** Whether a property of this name is a secret, whatever its value: `accessToken`, `API_KEY`, `set-cookie`. */
export const isSecretName = (name: string): boolean => ENDS_SECRET.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''))

/** Parameters of private JSON Web Keys (RFC 7518 section 6), secret only inside an object with `kty`. */
export const PRIVATE_JWK_PARAMETERS: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
