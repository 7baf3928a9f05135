import type { Result } from '../../../platform/result/result.ts'
import { refusing } from '../refusals.ts'
import type { CreateRouteRefusal, Route } from './model.ts'

const refused = refusing<CreateRouteRefusal>({
  ENVIRONMENT_NOT_FOUND: { field: ['environmentId'], message: 'The project has no such environment.' },
  HOSTNAME_INVALID: {
    field: ['hostname'],
    message: 'A hostname is a full name of two labels or more, without port, path or address.',
  },
  HOSTNAME_TAKEN: { field: ['hostname'], message: 'The hostname is taken.' },
  WILDCARD_REFUSED: { field: ['hostname'], message: 'A hostname names one host: wildcards are refused.' },
  ENDPOINT_INVALID: { field: ['endpoint'], message: 'An endpoint is a component’s name and a port: `http:8080`.' },
  ROUTE_FAMILY_RESERVED: { field: ['routeFamily'], message: 'The platform’s own family is not open to projects.' },
  AUTH_MODE_INVALID: { field: ['authMode'], message: 'A terminal needs `OIDC`.' },
})

export const createRoutePayload = (created: Result<Route, CreateRouteRefusal>) =>
  created.ok ? { route: created.value, userErrors: [] } : { route: null, userErrors: refused(created.error) }
