import type { Brand } from '../../../platform/ids/brand.ts'
import type { Id } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { EnvironmentId } from '../environment/model.ts'

export type RouteId = Id<'rte'>

export const ROUTE_FAMILIES = ['BROWSER_APP', 'API_APP', 'TERMINAL_WS', 'PLATFORM_ADMIN'] as const

export type RouteFamily = (typeof ROUTE_FAMILIES)[number]

export const ROUTE_AUTH_MODES = ['OIDC', 'API_KEY', 'PUBLIC'] as const

export type RouteAuthMode = (typeof ROUTE_AUTH_MODES)[number]

/** Where the traffic for a hostname goes. */
export interface Route {
  readonly id: RouteId
  readonly environmentId: EnvironmentId
  readonly hostname: string
  readonly endpoint: string
  readonly authMode: RouteAuthMode
  readonly routeFamily: RouteFamily
  readonly proxyPool: string
  readonly version: number
  readonly createdAt: Date
}

export const SHARED_PROXY_POOL = 'shared'

export type Endpoint = Brand<string, 'Endpoint'>

export type CreateRouteRefusal =
  | 'ENVIRONMENT_NOT_FOUND'
  | 'HOSTNAME_INVALID'
  | 'HOSTNAME_TAKEN'
  | 'WILDCARD_REFUSED'
  | 'ENDPOINT_INVALID'
  | 'ROUTE_FAMILY_RESERVED'
  | 'AUTH_MODE_INVALID'

/** A component's name and a port, `http:8080`: inside the environment by construction, never another's address. */
export const parseEndpoint = (text: string): Result<Endpoint, 'ENDPOINT_INVALID'> => {
  const port = Number(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?:([1-9][0-9]{0,4})$/.exec(text)?.[1])
  return port <= 65_535 ? ok(text as Endpoint /* just matched */) : err('ENDPOINT_INVALID')
}

/** What a tenant may open: never the platform's own family, and no terminal without a sign-in. */
export const checkExposure = (
  routeFamily: RouteFamily,
  authMode: RouteAuthMode,
): Result<undefined, 'ROUTE_FAMILY_RESERVED' | 'AUTH_MODE_INVALID'> => {
  if (routeFamily === 'PLATFORM_ADMIN') return err('ROUTE_FAMILY_RESERVED')
  return routeFamily === 'TERMINAL_WS' && authMode !== 'OIDC' ? err('AUTH_MODE_INVALID') : ok(undefined)
}
