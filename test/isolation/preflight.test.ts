import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql'
import { readRules } from '../../directives/read-rules.ts'
import type { Rule } from '../../directives/rule.ts'
import { isGuarded } from '../../directives/verdict.ts'
import { createEngine, type Engine } from '../../gateway/execution/engine.ts'
import { loadSupergraph } from '../../gateway/supergraph/load-supergraph.ts'
import { createAccess } from '../../platform/access/access.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId } from '../../platform/ids/id.ts'
import { silentLog } from '../../platform/log/log.ts'
import { testRequest } from '../testkit/federated-graph.ts'

/** The first layer alone, on the product's graph: whatever would reach a subgraph, and so the second layer, is noted. */
const reached: string[] = []
const sdl = await readFile(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8')
const rules = readRules(parse(sdl))
let engine: Engine
beforeAll(async () => {
  const loaded = await loadSupergraph({ source: { sdl }, log: silentLog })
  engine = createEngine({
    supergraph: loaded.current(),
    transportOf: (name) => ({
      execute: ({ operation }) => {
        reached.push(`${name}: ${operation}`)
        return Promise.resolve({ data: null })
      },
      subscribe: ({ operation }) => {
        reached.push(`${name}: ${operation}`)
        return Promise.reject(new Error('A subscription got through'))
      },
      close: () => Promise.resolve(),
    }),
    onSubgraphErrors: () => undefined,
    clock: systemClock,
  })
})

const user: Principal = {
  kind: 'user',
  subject: 'somebody',
  sessionId: undefined,
  authenticatedAt: new Date(),
  assurance: 'multi',
}
const [home, foreign] = [systemIds.next(), systemIds.next()]
/** Somebody who may do everything, somewhere else. */
const elsewhere: Grants = {
  ...NO_GRANTS,
  userId: systemIds.next(),
  organizations: new Map([[home, { suspended: false, capabilities: everything() }]]),
  projects: new Map([[home, { organizationId: home, suspended: false, capabilities: everything() }]]),
}

function everything(): ReadonlySet<string> {
  const capability = buildSchema(sdl, { assumeValidSDL: true }).getType('Capability')
  return new Set(isEnumType(capability) ? capability.getValues().map(({ name }) => name) : [])
}

const foreignId = ({ scopes }: Rule): string =>
  selfId(scopes.some(({ kind }) => kind === 'organization') ? 'org' : 'prj', foreign).text

/** The least value that a type accepts. */
const valueOf = (type: GraphQLInputType, id: string): unknown => {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return [valueOf(nullable.ofType, id)]
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields())
    const needed = fields.filter(({ name, type: of }) => isNonNullType(of) || /id$/i.test(name))
    return Object.fromEntries(needed.map(({ name, type: of }) => [name, valueOf(of, id)]))
  }
  return { Int: 1, Float: 1, Boolean: true, ID: id, DateTime: '2026-01-01T00:00:00.000Z' }[nullable.name] ?? 'x'
}

interface Case {
  readonly coordinate: string
  readonly alias: string
  readonly rule: Rule
  readonly query: string
  readonly variables: Record<string, unknown>
}

const caseOf = (operation: string, type: string, field: GraphQLField<unknown, unknown>): Case[] => {
  const coordinate = `${type}.${field.name}`
  const rule = rules.get(coordinate)
  if (!rule?.scopes.some(isGuarded)) return []
  const needed = field.args.filter(({ name, type: of }) => isNonNullType(of) || /id$/i.test(name))
  const definitions = needed.map(({ name, type: of }) => `$${name}: ${String(of)}`).join(' ')
  const given = needed.map(({ name }) => `${name}: $${name}`).join(' ')
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'
  const queryOf = (alias: string) =>
    `${operation} ${definitions && `(${definitions})`} { ${alias}: ${field.name} ${given && `(${given})`} ${selection} }`
  const id = foreignId(rule)
  const variables = Object.fromEntries(needed.map(({ name, type: of }) => [name, valueOf(of, id)]))
  return ['field', '__typename'].map((alias) => ({ coordinate, alias, rule, query: queryOf(alias), variables }))
}

const { apiSchema } = (await loadSupergraph({ source: { sdl }, log: silentLog })).current()
const cases = (['query', 'mutation', 'subscription'] as const).flatMap((operation) => {
  const type = {
    query: apiSchema.getQueryType(),
    mutation: apiSchema.getMutationType(),
    subscription: apiSchema.getSubscriptionType(),
  }[operation]
  return type ? Object.values(type.getFields()).flatMap((field) => caseOf(operation, type.name, field)) : []
})

const run = async ({ query, variables }: Case, principal: Principal, grants: Grants) => {
  reached.length = 0
  const access = createAccess({ principal, grants, reload: () => Promise.resolve(grants) })
  const operation = { document: parse(query), documentKey: query, operationName: undefined, variables }
  const request = testRequest({ principal, access })
  const result = query.startsWith('subscription')
    ? await engine.admit(operation, request)
    : await engine.execute(operation, request)
  if ('open' in result) throw new Error('A stream was opened')
  return (result.errors ?? []).map(({ extensions }) => extensions['code'])
}

test('every guarded root field of the product has its case', () => {
  expect(new Set(cases.map(({ coordinate }) => coordinate)).size).toBeGreaterThan(30)
})

const STRANGER = {
  project: 'PROJECT_ACCESS_DENIED',
  organization: 'ORGANIZATION_ACCESS_DENIED',
  platform: 'PLATFORM_ACCESS_DENIED',
}

test.each(cases.map((of) => [of.coordinate, of.alias, of] as const))(
  'R6: %s as %s is denied by preflight alone, and no subgraph hears of it',
  async (_, __, of) => {
    const [scope] = of.rule.scopes
    if (scope && scope.kind !== 'self' && scope.kind !== 'public') {
      expect([await run(of, user, elsewhere), reached]).toEqual([[STRANGER[scope.kind]], []])
    }
    expect([await run(of, ANONYMOUS, NO_GRANTS), reached]).toEqual([['UNAUTHENTICATED'], []])
    expect([await run(of, user, { ...elsewhere, disabled: true }), reached]).toEqual([['ACTOR_DISABLED'], []])
  },
)
