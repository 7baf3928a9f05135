import { expect, test } from '@jest/globals'
import { err, ok } from '../../../platform/result/result.ts'
import { checkExposure, parseEndpoint, ROUTE_AUTH_MODES, ROUTE_FAMILIES } from './model.ts'

test.each(['http:8080', 'a:1', 'web-1:65535'])('an endpoint is a component and a port: %s', (text) => {
  expect(parseEndpoint(text)).toEqual(ok(text))
})

test.each([
  '',
  'http',
  'http:',
  ':80',
  'http:0',
  'http:080',
  'http:65536',
  'HTTP:80',
  '10.0.0.1:80',
  'db.other:80',
  '-a:80',
  'a-:80',
  'http:80/x',
])('no endpoint: %j', (text) => {
  expect(parseEndpoint(text)).toEqual(err('ENDPOINT_INVALID'))
})

test('a project opens every family but the platform’s, and terminals only behind a sign-in', () => {
  const open = ROUTE_FAMILIES.flatMap((family) =>
    ROUTE_AUTH_MODES.filter((mode) => checkExposure(family, mode).ok).map((mode) => `${family} ${mode}`),
  )
  expect(open).toEqual([
    ...['BROWSER_APP OIDC', 'BROWSER_APP API_KEY', 'BROWSER_APP PUBLIC'],
    ...['API_APP OIDC', 'API_APP API_KEY', 'API_APP PUBLIC'],
    'TERMINAL_WS OIDC',
  ])
  expect(checkExposure('PLATFORM_ADMIN', 'OIDC')).toEqual(err('ROUTE_FAMILY_RESERVED'))
  expect(checkExposure('TERMINAL_WS', 'PUBLIC')).toEqual(err('AUTH_MODE_INVALID'))
})
