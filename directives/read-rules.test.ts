import { describe, expect, test } from '@jest/globals'
import { buildASTSchema, parse } from 'graphql'
import { readDirectiveUses, readRules } from './read-rules.ts'

const link = (rest: string): string =>
  `extend schema @link(url: "https://specs.gpuaas.dev/scope/v1.0"${rest}) directive @link(url: String, import: [String], as: String) repeatable on SCHEMA`

const scopes = (sdl: string) =>
  Object.fromEntries([...readRules(parse(sdl))].map(([coordinate, rule]) => [coordinate, rule.scopes]))

const READ = { kind: 'project', capability: 'READ', path: undefined }

describe('the reader of rules', () => {
  test('reads every rule with where its scope comes from', () => {
    const sdl = `${link(', import: ["@projectScoped", "@orgScoped", "@selfScoped", "@platformScoped", "@public"]')}
      type Query {
        a(id: ID!): P @projectScoped(capability: READ, project: "id")
        b(input: I): P @orgScoped(capability: READ, organization: "input.in.ids")
        c: P @selfScoped
        d: P @platformScoped(capability: OPERATE)
        e: P @public(reason: "for everyone")
        f: P
      }
      type P @projectScoped(capability: READ) { id: ID! }`
    expect(scopes(sdl)).toEqual({
      'Query.a': [{ kind: 'project', capability: 'READ', path: ['id'] }],
      'Query.b': [{ kind: 'organization', capability: 'READ', path: ['input', 'in', 'ids'] }],
      'Query.c': [{ kind: 'self' }],
      'Query.d': [{ kind: 'platform', capability: 'OPERATE' }],
      'Query.e': [{ kind: 'public', reason: 'for everyone' }],
      P: [READ],
    })
  })

  test.each([
    ['an import under another name', ', import: [{ name: "@projectScoped", as: "@mine" }]', '@mine'],
    ['the namespace', '', '@scope__projectScoped'],
    ['another namespace', ', as: "rules"', '@rules__projectScoped'],
    ['an import beside a namespace', ', as: "rules", import: ["@projectScoped"]', '@projectScoped'],
  ])('resolves a directive by its link: %s', (_, rest, directive) => {
    expect(scopes(`${link(rest)} type P ${directive}(capability: READ) { id: ID! }`)).toEqual({ P: [READ] })
  })

  test.each([
    ['nobody linked', '', '@projectScoped'],
    ['that was not imported', link(''), '@projectScoped'],
    ['that was renamed away', link(', import: [{ name: "@projectScoped", as: "@mine" }]'), '@projectScoped'],
    [
      'of another specification',
      link(', import: ["@projectScoped"]').replace('gpuaas.dev/scope', 'example.com/scope'),
      '@projectScoped',
    ],
  ])('takes a directive for nothing %s', (_, head, directive) => {
    expect(scopes(`${head} type P ${directive}(capability: READ) { id: ID! }`)).toEqual({})
  })

  test('hears of a renamed @link', () => {
    const sdl = `extend schema
        @uses(url: "https://specs.apollo.dev/link/v1.0", as: "uses")
        @uses(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@projectScoped"])
      type P @projectScoped(capability: READ) { id: ID! }`
    expect(scopes(sdl)).toEqual({ P: [READ] })
  })

  test('keeps several rules of one coordinate, all to be met, extensions included', () => {
    const sdl = `${link(', import: ["@projectScoped", "@selfScoped"]')}
      type P @projectScoped(capability: READ) { id: ID! } extend type P @selfScoped { a: Int @selfScoped }`
    expect(scopes(sdl)).toEqual({ P: [READ, { kind: 'self' }], 'P.a': [{ kind: 'self' }] })
  })

  test('reads additions as no scope rule', () => {
    const sdl = `${link(', import: ["@sensitive", "@audited", "@crossScope"]')}
      type Mutation { a: Int @sensitive @audited(action: "x.y") b: Int @sensitive(maxAgeSeconds: 60) }
      type P { c: P @crossScope(reason: "why not") }`
    const rules = readRules(parse(sdl))
    expect(rules.get('Mutation.a')).toMatchObject({
      scopes: [],
      sensitive: { maxAgeSeconds: 300 },
      audited: { action: 'x.y' },
    })
    expect(rules.get('Mutation.b')?.sensitive).toEqual({ maxAgeSeconds: 60 })
    expect(rules.get('P.c')).toMatchObject({ scopes: [], crossScope: { reason: 'why not' } })
  })

  test('lists a use on an interface, and makes no rule of it', () => {
    const sdl = `${link(', import: ["@selfScoped"]')} interface N @selfScoped { id: ID! @selfScoped }`
    expect(readRules(parse(sdl)).size).toBe(0)
    expect(readDirectiveUses(parse(sdl)).map(({ coordinate, on }) => [coordinate, on])).toEqual([
      ['N', 'interface'],
      ['N.id', 'interface'],
    ])
  })

  test('reads a built schema as it reads its text, prototype names included', () => {
    const sdl = `${link(', import: ["@projectScoped"]')}
      directive @projectScoped(capability: String!, project: String) on FIELD_DEFINITION | OBJECT
      type Query { constructor: Int @projectScoped(capability: "READ", project: "id") __proto__: Int }
      extend type Query { toString: Int @projectScoped(capability: "READ") }`
    const document = parse(sdl)
    expect(readRules(buildASTSchema(document, { assumeValid: true }))).toEqual(readRules(document))
    expect([...readRules(document).keys()]).toEqual(['Query.constructor', 'Query.toString'])
  })
})
