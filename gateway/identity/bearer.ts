/** What an `authorization` header holds: nothing, a bearer token, or something that is neither. */
export type Bearer =
  { readonly kind: 'absent' } | { readonly kind: 'token'; readonly token: string } | { readonly kind: 'malformed' }

/** Longer tokens are refused unread: a signature is not worth checking over a megabyte. */
const MAXIMUM_CHARACTERS = 8 * 1024

// RFC 6750, section 2.1: the scheme, spaces, and a b64token.
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** Only an absent header is absent; an empty one, another scheme, or several values were sent and are malformed. */
export const readBearer = (header: unknown): Bearer => {
  if (header === undefined || header === null) return { kind: 'absent' }
  if (typeof header !== 'string' || header.length > MAXIMUM_CHARACTERS) return { kind: 'malformed' }
  const token = BEARER.exec(header.trim())?.[1]
  return token === undefined ? { kind: 'malformed' } : { kind: 'token', token }
}
