import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a page of another site asks: one that is neither of our own host nor among the origins that may call. A
 * browser lets any page open a WebSocket or an event stream and sends our cookies with it, so that such a page is
 * refused whatever it brings. Programs send no `Origin`.
 */
export const isForeignOrigin = ({ origin, host }: IncomingHttpHeaders, allowed: ReadonlySet<string>): boolean => {
  if (origin === undefined || allowed.has(origin)) return false
  return !URL.canParse(origin) || new URL(origin).host !== host
}
