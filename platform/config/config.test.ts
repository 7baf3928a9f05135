import { describe, expect, test } from '@jest/globals'
import { inspect } from 'node:util'
import { CataloguedError } from '../errors/catalogue.ts'
import { FORBIDDEN } from './forbidden.ts'
import { readConfig, type Environment } from './config.ts'
import { configurationPage } from './document.ts'
import { ALL_ROLES, isEmbedded, subgraphsOf } from './roles.ts'
import { SETTINGS } from './settings.ts'

const messageOf = (environment: Environment, required: Parameters<typeof readConfig>[1] = []): string => {
  try {
    readConfig(environment, required)
  } catch (error) {
    if (error instanceof CataloguedError && error.code === 'CONFIG_INVALID') return error.message
    throw error
  }
  throw new Error('the settings were accepted')
}

test('nothing has to be set', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 4000, host: '127.0.0.1', dataDirectory: '.data', mode: 'development' })
  expect(config.databaseUrl).toBeUndefined()
  expect([...config.roles]).toEqual(ALL_ROLES)
})

test('an empty variable counts as unset, and spaces around a value do not count', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ', LOG_LEVEL: ' debug ' })).toMatchObject({
    port: 4000,
    logLevel: 'debug',
  })
})

test('every mistake is told at once, with the variable, what is wrong, what was found and an example', () => {
  const message = messageOf({
    PORT: '70000',
    LOG_LEVEL: 'loud',
    ROLES: 'gatway',
    SUBGRAPH_URLS: 'ima=http://a',
    MAX_DEPTH: '1e3',
  })
  expect(message).toContain('PORT must be a whole number from 0 to 65535, but is "70000". Example: PORT=8080')
  expect(message).toContain('LOG_LEVEL must be one of trace')
  expect(message).toContain('but is "gatway"')
  expect(message).toContain('SUBGRAPH_URLS must be')
  expect(message).toContain('MAX_DEPTH must be')
  expect(message.split('\n')).toHaveLength(6)
})

test.each(['', '-1', '65536', '4000.5', '0x10', 'four', '1e3', '９'])('PORT=%j is no port', (text) => {
  if (text === '') expect(readConfig({ PORT: text }).port).toBe(4000)
  else expect(messageOf({ PORT: text })).toContain('PORT must be')
})

test('port 0 asks for any free port', () => {
  expect(readConfig({ PORT: '0' }).port).toBe(0)
})

describe('secrets', () => {
  const environment = {
    DATABASE_URL: 'postgresql://owner:canary@localhost/gpuaas',
    DATABASE_PASSWORD_COMPUTE: 'canary-password',
    INTERNAL_SIGNING_KEY: '{"d":"canary"}',
  }

  test('are revealed on demand only', () => {
    const config = readConfig(environment)
    expect(config.databaseUrl?.reveal()).toBe(environment.DATABASE_URL)
    expect(config['databasePassword:compute']?.reveal()).toBe('canary-password')
    expect(JSON.stringify(config)).not.toContain('canary')
    expect(inspect(config, { depth: 9, showHidden: true })).not.toContain('canary')
    expect(String(config.databaseUrl)).toBe('[redacted]')
  })

  test('are not repeated when they are wrong', () => {
    const message = messageOf({
      DATABASE_URL: 'mysql://canary',
      REDIS_URL: 'canary',
      DATABASE_ROLE_SECRET: 'canary',
      INTERNAL_SIGNING_KEY: 'canary',
    })
    expect(message.split('\n')).toHaveLength(5)
    expect(message).not.toContain('canary')
  })
})

describe('a switch that turns a protection off', () => {
  test.each([
    ...FORBIDDEN.map(({ example }) => example),
    ['APOLLO_DISABLE_SECURITY_RECURSIVE_SELECTIONS_CHECK', 'false'],
    ['APOLLO_DISABLE_SECURITY_NON_LOCAL_SELECTIONS_CHECK', ''],
    ['APOLLO_DISABLE_SECURITY_OF_TOMORROW', '1'],
    ['NODE_OPTIONS', '--enable-source-maps --tls_min_v1.0'],
    ['NODE_OPTIONS', '--security-revert=CVE-2023-46809'],
    ['NODE_DEBUG', 'cluster,HTTP'],
  ] as const)('%s=%s is refused by name', (variable, value) => {
    expect(messageOf({ [variable]: value })).toContain(`${variable} must not be set`)
  })

  test.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '1'],
    ['NODE_OPTIONS', '--enable-source-maps --max-old-space-size=512'],
    ['NODE_DEBUG', 'cluster'],
    ['PGSSLMODE', 'verify-full'],
    ['NODE_EXTRA_CA_CERTS', '/etc/ca.pem'],
  ])('%s=%s turns none off', (variable, value) => {
    expect(() => readConfig({ [variable]: value })).not.toThrow()
  })
})

test('a program can require what is optional elsewhere', () => {
  expect(messageOf({}, ['supergraphFile'])).toContain('SUPERGRAPH_FILE is needed. Example: SUPERGRAPH_FILE=')
  expect(readConfig({ SUPERGRAPH_FILE: 'a.graphql' }, ['supergraphFile']).supergraphFile).toBe('a.graphql')
})

describe('a process that is a part of the product', () => {
  test('a gateway names all that it lacks', () => {
    const message = messageOf({ ROLES: 'gateway' })
    for (const name of [
      'DATABASE_URL',
      'DATABASE_ROLE_SECRET',
      'REDIS_URL',
      'SUBGRAPH_URLS',
      'INTERNAL_SIGNING_KEY',
      'OIDC_ISSUER',
    ]) {
      expect(message).toContain(`${name} is needed`)
    }
  })

  test('a subgraph needs its stores, the passwords of its own logins, and the keys of the gateway', () => {
    const environment = {
      ROLES: 'subgraph:compute',
      DATABASE_URL: 'postgres://db/gpuaas',
      REDIS_URL: 'redis://cache',
      DATABASE_PASSWORD_COMPUTE: 'long-enough',
    }
    expect(messageOf(environment)).toMatch(/DATABASE_ROLE_SECRET is needed.*\n.*GATEWAY_JWKS_URL is needed/)
    const complete = {
      ...environment,
      DATABASE_PASSWORD_ACCESS: 'long-enough',
      GATEWAY_JWKS_URL: 'http://gateway/jwks',
    }
    expect(subgraphsOf(readConfig(complete).roles)).toEqual(['compute'])
  })

  test('the identity provider alone needs no store', () => {
    expect(isEmbedded(readConfig({ ROLES: 'identity' }).roles)).toBe(false)
  })

  test('a group of subgraphs needs what each of them needs, and all of it is told at once', () => {
    const group = { ROLES: 'subgraph:iam,subgraph:app-platform', DATABASE_PASSWORD_IAM: 'long-enough' }
    const message = messageOf(group)
    for (const name of [
      'DATABASE_URL',
      'DATABASE_ROLE_SECRET',
      'REDIS_URL',
      'GATEWAY_JWKS_URL',
      'API_KEY_PEPPER',
      'SECRETS_KEY',
    ]) {
      expect(message).toContain(`${name} is needed`)
    }
    expect(message).not.toContain('ROLES must')
  })

  test('subgraphs share no port with the identity provider, and a process that is the issuer names no other', () => {
    expect(messageOf({ ROLES: 'identity,subgraph:iam' })).toContain('ROLES must not name identity beside a subgraph')
    expect(messageOf({ ROLES: 'identity', OIDC_ISSUER: 'https://id.example.com' })).toContain(
      'OIDC_ISSUER must stay unset',
    )
  })

  test('the signing key is given once', () => {
    const message = messageOf({ INTERNAL_SIGNING_KEY: '{}', INTERNAL_SIGNING_KEY_FILE: 'key.json' })
    expect(message).toContain('INTERNAL_SIGNING_KEY_FILE must stay unset when INTERNAL_SIGNING_KEY is set')
  })
})

test('lists and maps are read part by part', () => {
  const config = readConfig({
    SUBGRAPH_URLS: 'iam=http://a/graphql?x=1, compute=http://b',
    CORS_ORIGINS: 'https://a.example,https://b.example',
  })
  expect(config.subgraphUrls).toEqual(
    new Map([
      ['iam', 'http://a/graphql?x=1'],
      ['compute', 'http://b'],
    ]),
  )
  expect(config.corsOrigins).toEqual(['https://a.example', 'https://b.example'])
})

test('every default and every example of the documentation is accepted by its own setting', () => {
  for (const { schema, example, variable } of Object.values(SETTINGS)) {
    if (variable !== 'DATABASE_ROLE_SECRET' && !example.includes('$('))
      expect([variable, schema.safeParse(example).success]).toEqual([variable, true])
    expect([variable, schema.safeParse(undefined).success]).toEqual([variable, true])
  }
})

test('the page has a section for every variable', () => {
  const sections = [...configurationPage().matchAll(/^### (\S+)$/gm)].map(([, variable]) => variable)
  expect(sections.toSorted()).toEqual(
    Object.values(SETTINGS)
      .map(({ variable }) => variable)
      .toSorted(),
  )
})
