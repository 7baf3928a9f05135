import { describe, expect, test } from '@jest/globals'
import { print } from 'graphql'
import { SCOPE_DEFINITIONS, SCOPE_URL } from '../../directives/definitions.ts'
import { COMPOSED, composed, found, foundInSupergraph, HEADER, SCOPE_IMPORTS } from '../testkit/scope-graph.ts'

const PROJECT = 'type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String }'
const QUERY = 'type Query { project(id: ID!): Project @projectScoped(capability: READ, project: "id") }'

const one = (types: string) => found({ one: types })

describe('rules in odd places', () => {
  test.each([
    ['on a union', 'union U @selfScoped = Project', 'U rule-on-union'],
    ['on an extension of a union', 'union U = Project extend union U @selfScoped', 'U rule-on-union'],
    ['on an interface’s extension', 'interface I { a: Int } extend interface I @selfScoped', 'I rule-on-interface'],
    ['on an argument', 'type V { a(b: Int @selfScoped): Int }', 'V.a(b:) rule-misplaced'],
    ['on an input', 'input W { id: ID @selfScoped }', 'W.id rule-misplaced'],
    ['on an enum value', 'enum E { A @selfScoped }', 'E.A rule-misplaced'],
    ['on the schema', 'extend schema @selfScoped', 'schema rule-misplaced'],
  ])('protect nothing %s', (_, types, finding) => {
    expect(one(`${QUERY} ${PROJECT} ${types}`)).toEqual([finding])
  })

  test('count on extensions as on definitions', () => {
    expect(one('type Query { a: Int } extend type Query { b: Int @selfScoped } extend type Query { c: Int }')).toEqual([
      'Query.a scope-rule-missing',
      'Query.c scope-rule-missing',
    ])
    expect(
      one(`${QUERY} type Project @key(fields: "id") { id: ID! } extend type Project @projectScoped(capability: READ)`),
    ).toEqual([])
    expect(one(`${QUERY} ${PROJECT} extend type Project @projectScoped(capability: WRITE)`)).toEqual([
      'Project scope-rule-multiple',
      'Project directive-repeated',
    ])
  })
})

describe('deny by default', () => {
  test('holds for names that look like machinery', () => {
    expect(one(`${QUERY} ${PROJECT} extend type Query { _debug: Int }`)).toEqual(['Query._debug scope-rule-missing'])
    expect(one(`${QUERY} ${PROJECT} type _Hidden @key(fields: "id") { id: ID! }`)).toEqual([
      '_Hidden scope-rule-missing',
    ])
    expect(one(`${QUERY} ${PROJECT} type join__Hidden { id: ID! }`)).toEqual(['join__Hidden scope-rule-missing'])
  })

  test('holds for renamed root types, whose rules are found in the supergraph', () => {
    const renamed = (rule: string) => ({
      one: `${HEADER.replace('extend schema', 'schema')
        .replace('enum Capability', 'QUERY enum Capability')
        .replace(/QUERY/, '{ query: MyQuery mutation: MyMutation }')}
        type MyQuery { me: Int ${rule} } type MyMutation { do: Int @selfScoped }`,
      two: `type Query { you: Int @selfScoped }`,
    })
    expect(found(renamed(''))).toEqual(['MyQuery.me scope-rule-missing'])
    expect(foundInSupergraph(composed(renamed('@selfScoped')))).toEqual([])
  })

  test('holds for subscriptions, and for a mutation whose result alone is guarded', () => {
    expect(one(`${QUERY} ${PROJECT} type Subscription { changed: Int } type Mutation { a: Project b: Int }`)).toEqual([
      'Mutation.a mutation-guarded-by-result',
      'Mutation.b scope-rule-missing',
      'Subscription.changed scope-rule-missing',
    ])
  })

  test('holds for a subgraph of the first federation, which links nothing', () => {
    expect(
      found({ one: 'schema { query: Query } type Query { a: Project } type Project @key(fields: "id") { id: ID! }' }),
    ).toEqual(['Query.a scope-rule-missing', 'Project scope-rule-missing'])
  })

  test('holds for implementations and union members that are entities', () => {
    const types =
      'interface Thing { name: String } type Tool implements Thing @key(fields: "id") { id: ID! name: String }'
    expect(one(`${QUERY} ${PROJECT} ${types} union Hit = Tool | Project`)).toEqual(['Tool scope-rule-missing'])
  })

  test('holds for a reference that contributes more than its key', () => {
    const reference = (fields: string) =>
      `${QUERY} ${PROJECT} type Job @key(fields: "id", resolvable: false) { id: ID! ${fields} }`
    expect(one(reference(''))).toEqual([])
    expect(one(reference('name: String @external'))).toEqual([])
    expect(one(reference('cost: Int'))).toEqual(['Job scope-rule-missing'])
  })

  test('leaves value types to the fields that return them', () => {
    expect(
      one(`${QUERY} ${PROJECT} extend type Query { m: Money @public(reason: "prices are for everyone") }
        extend type Project { cost: Money } type Money { amount: Int }`),
    ).toEqual([])
  })
})

describe('what adds to a rule', () => {
  test.each([
    ['a field of a value type', 'type V { a: String @sensitive }', ['V.a addition-without-rule']],
    [
      'a field of what is public',
      'type V @public(reason: "for everyone here") { id: ID! a: Int @sensitive }',
      ['V.a addition-without-rule'],
    ],
    [
      'a public field',
      'extend type Query { v: Int @sensitive @public(reason: "for everyone here") }',
      ['Query.v addition-without-rule'],
    ],
    [
      'a field below the root that leaves a row',
      'type V { a: String @audited(action: "v.a") }',
      ['V.a addition-without-rule'],
    ],
    [
      'a public root field that leaves a row',
      'extend type Query { v: Int @audited(action: "v") @public(reason: "for everyone here") }',
      [],
    ],
    [
      'a field with a rule',
      'type V { a(id: ID!): String @sensitive @projectScoped(capability: READ, project: "id") }',
      [],
    ],
    ['a field of a guarded object', 'extend type Project { a: String @sensitive }', []],
  ])('needs one: %s', (_, types, findings) => {
    expect(one(`${QUERY} ${PROJECT} ${types}`)).toEqual(findings)
  })
})

describe('keys', () => {
  const keyed = (keys: string, fields: string) =>
    one(`${QUERY.replace('Project @', 'Job @')} type Job ${keys} { id: ID! ${fields} } type Org { id: ID! }`).filter(
      (finding) => !finding.startsWith('Org '),
    )
  test.each([
    ['that holds the scope among others', '@key(fields: "id slug") @projectScoped(capability: READ)', 'slug: ID', []],
    [
      'that holds it nested only',
      '@key(fields: "org { id }") @projectScoped(capability: READ)',
      'org: Org',
      ['Job key-without-scope'],
    ],
    [
      'beside one that holds it',
      '@key(fields: "id") @key(fields: "slug") @projectScoped(capability: READ)',
      'slug: ID',
      ['Job key-without-scope'],
    ],
    [
      'by another field',
      '@key(fields: "projectId slug") @projectScoped(capability: READ, project: "projectId")',
      'projectId: ID! slug: ID',
      [],
    ],
    ['of the caller’s own', '@key(fields: "slug") @selfScoped', 'slug: ID', ['Job key-without-scope']],
    ['of the platform', '@key(fields: "slug") @platformScoped(capability: READ)', 'slug: ID', []],
    ['that is no field set', '@key(fields: "id {") @projectScoped(capability: READ)', '', ['Job key-without-scope']],
  ])('%s', (_, keys, fields, findings) => {
    expect(keyed(keys, fields)).toEqual(findings)
  })
})

describe('scopes that cannot be read', () => {
  const scoped = (field: string, rest = '') => one(`${PROJECT} type Query { ${field} } ${rest}`)
  test.each([
    [
      'an id in nested inputs and lists',
      'a(in: [In!]): Int @projectScoped(capability: READ, project: "in.deep.ids")',
      [],
    ],
    [
      'an input that is no input',
      'a(in: In): Int @projectScoped(capability: READ, project: "in.deep.ids.x")',
      ['Query.a scope-path-invalid'],
    ],
    ['an empty path', 'a(in: In): Int @projectScoped(capability: READ, project: "")', ['Query.a scope-path-invalid']],
    [
      'an organization without its argument',
      'a(id: ID!): Int @orgScoped(capability: READ)',
      ['Query.a scope-path-missing'],
    ],
  ])('%s', (_, field, findings) => {
    expect(scoped(field, 'input In { deep: Deep } input Deep { ids: [ID] }')).toEqual(findings)
  })

  test('a rule takes its scope from an object that has one of its kind', () => {
    const rule = '@orgScoped(capability: READ)'
    expect(one(`${QUERY} ${PROJECT} extend type Project { bill: Int ${rule} }`)).toEqual([
      'Project.bill scope-path-missing',
    ])
    expect(
      one(
        `${QUERY} ${PROJECT} extend type Project { bill(of: ID!): Int @orgScoped(capability: READ, organization: "of") }`,
      ),
    ).toEqual([])
    expect(one(`${QUERY} ${PROJECT} type Org @orgScoped(capability: WRITE) { id: ID! bill: Int ${rule} }`)).toEqual([])
    expect(
      one(`${QUERY} ${PROJECT} type Page @public(reason: "for everyone here") { id: ID! bill: Int ${rule} }`),
    ).toEqual([])
  })

  test('lists of ids on an object, and ids that want an argument', () => {
    const object = (fields: string) =>
      one(`${QUERY} ${PROJECT} type Job @projectScoped(capability: READ, project: "of") { ${fields} }`)
    expect(object('of: ID')).toEqual([])
    expect(object('of(short: Boolean): ID!')).toEqual([])
    expect(object('of: [ID!]!')).toEqual(['Job scope-path-invalid'])
    expect(object('of(short: Boolean!): ID!')).toEqual(['Job scope-path-invalid'])
  })
})

test('names that every object has are names like any other', () => {
  const header = HEADER.replace('READ WRITE', 'READ constructor toString')
  const sound = `${header} type Query {
      constructor(toString: valueOf): hasOwnProperty @projectScoped(capability: constructor, project: "toString.constructor") }
    input valueOf { constructor: ID! }
    type hasOwnProperty @key(fields: "constructor") @projectScoped(capability: toString, project: "constructor") { constructor: ID! }`
  expect(found({ one: sound })).toEqual([])
  expect(foundInSupergraph(composed({ one: sound }))).toEqual([])
  expect(found({ one: sound.replace('capability: constructor', 'capability: hasOwnProperty') })).toEqual([
    'Query.constructor capability-unknown',
  ])
  expect(found({ one: sound.replace('toString.constructor', 'toString.__proto__') })).toEqual([
    'Query.constructor scope-path-invalid',
  ])
  expect(one('type Query { __proto__: Int }')).toEqual(['Query.__proto__ scope-rule-missing'])
})

test('every rule of a graph with all of it reaches the supergraph, in which lint finds nothing', () => {
  const assets = `${QUERY.replace('}', 'asset(id: ID!): Asset @projectScoped(capability: READ, project: "id") }')} ${PROJECT}
    interface Asset @key(fields: "id") { id: ID! }
    type Disk implements Asset @key(fields: "id") @projectScoped(capability: READ) { id: ID! }
    type Tape implements Asset @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! }`
  const tags = `type Asset @key(fields: "id") @interfaceObject { id: ID! tags: [String] @projectScoped(capability: WRITE) }`
  const sdl = composed({ assets, tags })
  expect(foundInSupergraph(sdl)).toEqual([])
  expect(sdl.match(/tags: \[String\].*@projectScoped\(capability: WRITE\)/g)).toHaveLength(3)
  const copied = /(type Disk [^}]*tags: \[String\]) @projectScoped\(capability: WRITE\)/
  expect(sdl).toMatch(copied)
  expect(foundInSupergraph(sdl.replace(copied, '$1'))).toEqual(['Disk.tags scope-rule-missing'])
  expect(found({ assets, tags: tags.replace(/@projectScoped\(capability: WRITE\)/, '') })).toEqual([
    'Asset.tags scope-rule-missing',
  ])
  expect(found({ assets, tags: tags.replace('@interfaceObject', '@interfaceObject @selfScoped') })).toEqual([
    'Asset rule-on-interface-object',
  ])
})

test('a federated link under another name, and one that imports nothing, are read as they are meant', () => {
  const linked = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed")
    @link(url: "${SCOPE_URL}", import: [${SCOPE_IMPORTS}]) ${COMPOSED.replaceAll('@composeDirective', '@fed__composeDirective')}
    enum Capability { READ WRITE } ${print(SCOPE_DEFINITIONS)} ${QUERY}`
  const project = PROJECT.replace('@key', '@fed__key')
  expect(found({ one: `${linked} ${project}` })).toEqual([])
  expect(found({ one: `${linked} ${project.replace(/@projectScoped\(.*?\)/, '')}` })).toEqual([
    'Project scope-rule-missing',
  ])
})
