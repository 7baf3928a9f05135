import { describe, expect, test } from '@jest/globals'
import { lintSubgraphs } from '../lint.ts'
import { composed, found, foundInSupergraph, subgraphsOf } from '../testkit/scope-graph.ts'

const OWNER = `
  type Query {
    project(id: ID!): Project @projectScoped(capability: READ, project: "id")
    operator: Operator @platformScoped(capability: READ)
  }
  type Project @key(fields: "id") @projectScoped(capability: READ) {
    id: ID! name: String settings: Settings
    secret: String @projectScoped(capability: WRITE)
    fresh: String @projectScoped(capability: READ) @sensitive(maxAgeSeconds: 60)
    job: Job
    elsewhere: Job @crossScope(reason: "a job of any project")
    organization: Organization
    price: Price
    thing: Thing
    of(id: ID!): String @projectScoped(capability: READ, project: "id")
    hit: Hit
  }
  type Settings { label: String owner: Job }
  type Job @key(fields: "id") @projectScoped(capability: READ) {
    id: ID! name: String log: String @projectScoped(capability: WRITE) project: Project
  }
  type Organization @key(fields: "id") @orgScoped(capability: READ) { id: ID! name: String parent: Organization flagship: Project }
  type Price @key(fields: "id") @public(reason: "prices are for everyone") { id: ID! amount: Int of: Job }
  type Operator @key(fields: "id") @platformScoped(capability: READ) { id: ID! name: String }
  interface Thing { name: String }
  type Tool implements Thing @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String }
  type Weapon implements Thing @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! name: String }
  union Hit = Tool | Weapon
`

/** A second subgraph that computes a field of the project from what another has. */
const computing = (field: string, externals: string, rest = ''): Readonly<Record<string, string>> => ({
  owner: OWNER,
  reports: `type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! ${externals} ${field} } ${rest}`,
})

const requiring = (fields: string, rule = '') =>
  computing(`report: String @requires(fields: ${JSON.stringify(fields)}) ${rule}`, '')

describe('what @requires reaches', () => {
  test.each([
    ['a field of the same object', 'name'],
    ['a value type of the same object', 'settings { label }'],
    ['an object of the same project under the same capability', 'job { name }'],
    ['an object behind a value type', 'settings { owner { name } }'],
    ['an object behind two hops', 'job { project { name } }'],
    ['what is public', 'price { amount }'],
    ['one implementation under the same capability', 'thing { ... on Tool { name } }'],
    ['type names', 'hit { __typename }'],
  ])('may be %s', (_, fields) => {
    expect(found(requiring(fields))).toEqual([])
  })

  test.each([
    ['a field that needs more', 'secret'],
    ['a field that needs more, among others', 'name settings { label } secret'],
    ['a field that needs more behind a hop', 'job { log }'],
    ['a field that needs more behind three hops', 'job { project { job { log } } }'],
    ['a field that needs more behind a fragment', '... on Project { ... { secret } }'],
    ['a field that needs more behind a value type', 'settings { owner { log } }'],
    ['an object of another project', 'elsewhere { name }'],
    ['an object of the organization', 'organization { name }'],
    ['a project behind something public', 'price { of { name } }'],
    ['an interface, one of whose implementations needs more', 'thing { name }'],
    ['a type condition that needs more', 'hit { ... on Tool { name } ... on Weapon { name } }'],
    ['a field that asks for a second factor', 'fresh'],
    ['a field whose scope an argument names', 'of(id: "p2")'],
  ])('may not be %s', (_, fields) => {
    expect(new Set(found(requiring(fields)))).toEqual(new Set(['Project.report selection-not-implied']))
  })

  test('is implied by the rule of the field that asks, for the same scope', () => {
    expect(found(requiring('secret job { log }', '@projectScoped(capability: WRITE)'))).toEqual([])
    expect(found(requiring('organization { name }', '@projectScoped(capability: WRITE)'))).toHaveLength(1)
    expect(found(requiring('fresh', '@sensitive(maxAgeSeconds: 60)'))).toEqual([])
    expect(found(requiring('fresh', '@sensitive(maxAgeSeconds: 61)'))).toHaveLength(1)
  })

  test('stays in the organization, and in no project, behind an edge of an organization', () => {
    const asking = (fields: string, rule: string) => ({
      owner: OWNER,
      reports: `type Organization @key(fields: "id") @orgScoped(capability: READ) {
        id: ID! report: String @requires(fields: "${fields}") ${rule} }`,
    })
    expect(found(asking('parent { name }', ''))).toEqual([])
    expect(found(asking('flagship { name }', '@projectScoped(capability: READ)'))).toEqual([
      'Organization.report scope-path-missing',
      'Organization.report selection-not-implied',
    ])
  })

  test('is not implied by a rule whose scope an argument names', () => {
    const asking = (rule: string) => computing(`report(id: ID!): String @requires(fields: "secret") ${rule}`, '')
    expect(found(asking('@projectScoped(capability: WRITE)'))).toEqual([])
    expect(found(asking('@projectScoped(capability: WRITE, project: "id")'))).toHaveLength(1)
  })

  test('is said with its rule and the remedy', () => {
    const [finding] = lintSubgraphs(subgraphsOf(requiring('job { log }')), 'foreign')
    expect(finding?.message).toBe(
      '@requires reaches Job.log, guarded by @projectScoped(capability: WRITE), which the rule of this field does not imply: give this field that rule for the same scope, or take Job.log out of the selection. (subgraph reports)',
    )
  })
})

describe('what @provides reaches', () => {
  const providing = (root: string, external: string) => ({
    owner: OWNER,
    front: `type Query { ${root} }
      type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! ${external} }`,
  })
  test.each([
    [
      'the same capability',
      'p(id: ID!): Project @projectScoped(capability: READ, project: "id") @provides(fields: "name")',
      [],
    ],
    [
      'more than the field asks',
      'p(id: ID!): Project @projectScoped(capability: READ, project: "id") @provides(fields: "secret")',
      ['Query.p selection-not-implied'],
    ],
    [
      'a project from nowhere',
      'p: Project @public(reason: "the one of the day") @provides(fields: "name")',
      ['Query.p selection-not-implied'],
    ],
    ['a project of the viewer', 'p: Project @selfScoped @provides(fields: "name")', ['Query.p selection-not-implied']],
  ])('%s', (_, root, findings) => {
    const external = root.includes('secret') ? 'secret: String @external' : 'name: String @external'
    expect(found(providing(root, external))).toEqual(findings)
  })

  test('is followed through an interface', () => {
    const front = (fields: string) => ({
      owner: OWNER,
      front: `type Query { thing(id: ID!): Thing @projectScoped(capability: READ, project: "id") @provides(fields: "${fields}") }
        interface Thing { name: String }
        type Tool implements Thing @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String @external }
        type Weapon implements Thing @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! name: String @external }`,
    })
    expect(found(front('... on Tool { name }'))).toEqual([])
    expect(found(front('... on Weapon { name }'))).toEqual(['Query.thing selection-not-implied'])
    expect(found(front('name'))).toEqual(['Query.thing selection-not-implied'])
  })
})

describe('what @fromContext reaches', () => {
  const inContext = (selection: string, jobs = 'jobs: [Job]') => ({
    one: `
      type Query { project(id: ID!): Project @projectScoped(capability: READ, project: "id") }
      type Project @key(fields: "id") @projectScoped(capability: READ) @context(name: "ctx") {
        id: ID! name: String secret: String @projectScoped(capability: WRITE) ${jobs}
      }
      type Job @key(fields: "id") @projectScoped(capability: READ) {
        id: ID! cost(of: String @fromContext(field: "${selection}")): Int
      }`,
  })

  test('is implied, or found at the field', () => {
    expect(found(inContext('$ctx { name }'))).toEqual([])
    expect(found(inContext('$ctx { secret }'))).toEqual(['Job.cost selection-not-implied'])
    expect(found(inContext('$ctx ... on Project { secret }'))).toEqual(['Job.cost selection-not-implied'])
    expect(found(inContext('$other { secret }'))).toEqual([])
  })

  test('is another project’s where an edge between the two leaves the project', () => {
    const left = 'jobs: [Job] @crossScope(reason: "jobs of any project")'
    expect(found(inContext('$ctx { name }', left))).toEqual(['Job.cost selection-not-implied'])
  })

  test('is found in a supergraph, too', () => {
    const sdl = composed(inContext('$ctx { name }'))
    expect(foundInSupergraph(sdl)).toEqual([])
    expect(foundInSupergraph(sdl.replace('selection: " { name }"', 'selection: " { secret }"'))).toEqual([
      'Job.cost selection-not-implied',
    ])
  })
})

describe('in a supergraph', () => {
  test('what composition made of @requires and @provides is followed as well', () => {
    const subgraphs = {
      owner: OWNER,
      reports: `type Project @key(fields: "id") @projectScoped(capability: READ) {
        id: ID! secret: String @external report: String @requires(fields: "secret") @projectScoped(capability: WRITE) }`,
    }
    const sdl = composed(subgraphs)
    expect(foundInSupergraph(sdl)).toEqual([])
    const open = sdl.replace(/(requires: "secret"\)) @projectScoped\(capability: WRITE\)/, '$1')
    expect(open).not.toBe(sdl)
    expect(foundInSupergraph(open)).toEqual(['Project.report selection-not-implied'])
  })

  test('a field that an interface object adds asks with the rule of each implementation', () => {
    const adding = (capability: string) => ({
      owner: `type Query { asset(id: ID!): Asset @projectScoped(capability: READ, project: "id") }
        interface Asset @key(fields: "id") { id: ID! name: String }
        type Disk implements Asset @key(fields: "id") @projectScoped(capability: READ) {
          id: ID! name: String @projectScoped(capability: WRITE) }`,
      tags: `type Asset @key(fields: "id") @interfaceObject {
        id: ID! name: String @external tag: String @requires(fields: "name") @projectScoped(capability: ${capability}) }`,
    })
    expect(found(adding('READ'))).toEqual(['Asset.tag selection-not-implied'])
    expect(found(adding('WRITE'))).toEqual([])
    const sdl = composed(adding('WRITE'))
    expect(foundInSupergraph(sdl)).toEqual([])
    expect(
      foundInSupergraph(
        sdl.replaceAll('tag: String @projectScoped(capability: WRITE)', 'tag: String @projectScoped(capability: READ)'),
      ),
    ).toEqual(['Asset.tag selection-not-implied'])
  })
})
