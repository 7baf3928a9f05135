import { describe, expect, test } from '@jest/globals'
import { parse, print } from 'graphql'
import { composeGraph } from './compose-graph.ts'
import { lintSubgraphs, lintSupergraph, printFinding } from './lint.ts'
import { FAMILY, SCOPE_DEFINITIONS, SCOPE_URL } from '../directives/definitions.ts'

const IMPORTS = FAMILY.map((name) => `"@${name}"`).join(', ')
const COMPOSED = FAMILY.map((name) => `@composeDirective(name: "@${name}")`).join(' ')
const FEDERATION = `@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@interfaceObject", "@shareable", "@external"])`

const HEADER = `
  extend schema ${FEDERATION} @link(url: "${SCOPE_URL}", import: [${IMPORTS}]) ${COMPOSED}
  enum Capability { READ WRITE }
  ${print(SCOPE_DEFINITIONS)}
`

const SOUND = `
  type Query {
    project(id: ID!): Project @projectScoped(capability: READ, project: "id")
    projects(where: Where): [Project] @projectScoped(capability: READ, project: "where.ids")
    me: Me @selfScoped
  }
  type Mutation { rename(input: Where!): Project @projectScoped(capability: WRITE, project: "input.ids") @audited(action: "p.rename") }
  input Where { ids: [ID!] name: String }
  interface Node { id: ID! }
  type Project implements Node @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String secret: Secret @projectScoped(capability: WRITE) }
  type Secret { text: String }
  type Me { name: String }
`

const lint = (types: string, header = HEADER) =>
  lintSubgraphs(new Map([['one', parse(header + types)]]), 'foreign').map(
    ({ coordinate, rule }) => `${coordinate} ${rule}`,
  )

const replaced = (from: string, to: string): string => {
  if (!SOUND.includes(from)) throw new Error(`"${from}" is not in the sound graph`)
  return SOUND.replace(from, to)
}

describe('lint', () => {
  test('finds nothing in a sound graph', () => {
    expect(lint(SOUND)).toEqual([])
    expect(composeGraph(new Map([['one', parse(HEADER + SOUND)]]), 'foreign').ok).toBe(true)
  })

  // What is broken, where, and what it is replaced by: each finding is the only one.
  test.each([
    ['a root field without a rule (R10)', 'me: Me @selfScoped', 'me: Me', 'Query.me scope-rule-missing'],
    [
      'an entity without a rule',
      '@key(fields: "id") @projectScoped(capability: READ) {',
      '@key(fields: "id") {',
      'Project scope-rule-missing',
    ],
    [
      'an object with an id and no rule',
      'type Secret { text: String }',
      'type Secret { id: ID! }',
      'Secret scope-rule-missing',
    ],
    [
      'two rules',
      'me: Me @selfScoped',
      'me: Me @selfScoped @public(reason: "so it is then")',
      'Query.me scope-rule-multiple',
    ],
    [
      'an unknown capability',
      'secret: Secret @projectScoped(capability: WRITE)',
      'secret: Secret @projectScoped(capability: WRIT)',
      'Project.secret capability-unknown',
    ],
    [
      'a root field without the path of its scope',
      'capability: READ, project: "id"',
      'capability: READ',
      'Query.project scope-path-missing',
    ],
    ['a path that names no argument', 'project: "id"', 'project: "ids"', 'Query.project scope-path-invalid'],
    ['a path that names no ID', 'project: "where.ids"', 'project: "where.name"', 'Query.projects scope-path-invalid'],
    ['a path that ends too early', 'project: "where.ids"', 'project: "where"', 'Query.projects scope-path-invalid'],
    [
      'a path through a prototype',
      'project: "where.ids"',
      'project: "where.constructor"',
      'Query.projects scope-path-invalid',
    ],
    [
      'a guarded field that is not nullable',
      'secret: Secret @',
      'secret: Secret! @',
      'Project.secret guarded-non-null',
    ],
    ['a guarded root field that is not nullable', 'me: Me @', 'me: Me! @', 'Query.me guarded-non-null'],
    [
      'a rule on an interface',
      'interface Node { id: ID! }',
      'interface Node @selfScoped { id: ID! }',
      'Node rule-on-interface',
    ],
    [
      'a rule on an interface field',
      'interface Node { id: ID! }',
      'interface Node { id: ID! @selfScoped }',
      'Node.id rule-on-interface',
    ],
    [
      'a public field of a guarded type',
      'id: ID! name: String',
      'id: ID! name: String @public(reason: "names are for all")',
      'Project.name public-on-guarded',
    ],
    ['a public field without a reason', 'me: Me @selfScoped', 'me: Me @public(reason: " ")', 'Query.me reason-missing'],
    [
      'a key without the scope',
      '@key(fields: "id")',
      '@key(fields: "id") @key(fields: "name")',
      'Project key-without-scope',
    ],
    [
      'an object whose scope is no field',
      '@projectScoped(capability: READ) { id',
      '@projectScoped(capability: READ, project: "owner") { id',
      'Project scope-path-invalid',
    ],
    [
      'a scope that no object carries',
      'type Me { name: String }',
      'type Me { name: Secret @orgScoped(capability: READ) }',
      'Me.name scope-path-missing',
    ],
  ])('finds %s', (_, from, to, finding) => {
    const findings = lint(replaced(from, to))
    expect(findings.filter((found) => found !== 'Project key-without-scope' || finding === found)).toEqual([finding])
  })

  test('finds the same directive twice', () => {
    expect(lint(replaced('me: Me @selfScoped', 'me: Me @selfScoped @selfScoped'))).toEqual(
      expect.arrayContaining(['Query.me directive-repeated']),
    )
  })

  test('finds directives that carry a name of the family and are not of it', () => {
    const unlinked = HEADER.replace(`@link(url: "${SCOPE_URL}", import: [${IMPORTS}]) ${COMPOSED}`, '')
    const findings = lint(SOUND, unlinked)
    expect(findings).toEqual(
      expect.arrayContaining([
        '@projectScoped directive-identity',
        'Query.me directive-identity',
        'Project directive-identity',
      ]),
    )
    const elsewhere = lint(SOUND, HEADER.replace(SCOPE_URL, 'https://example.com/scope/v1.0'))
    expect(elsewhere).toEqual(expect.arrayContaining(['Query.me directive-identity', 'Query.me scope-rule-missing']))
    expect(lint(SOUND, HEADER.replace(SCOPE_URL, `${SCOPE_URL.slice(0, -4)}v9.0`))).toContain('schema link-version')
  })

  test('finds a definition that differs from the published one', () => {
    const looser = HEADER.replace('capability: Capability!', 'capability: Capability')
    expect(lint(SOUND, looser)).toEqual(['@projectScoped directive-definition'])
  })

  test('finds a directive that is used and not composed', () => {
    expect(lint(SOUND, HEADER.replace('@composeDirective(name: "@selfScoped")', ''))).toEqual([
      'schema directive-not-composed',
    ])
  })

  test('takes correct renames as they are meant, before and after composing', () => {
    const rename = (text: string): string => text.replaceAll('@selfScoped', '@mine')
    const header = rename(HEADER).replace('"@mine"', '{ name: "@selfScoped", as: "@mine" }')
    expect(lint(rename(SOUND), header)).toEqual([])
    expect(lint(rename(replaced('me: Me @selfScoped', 'me: Me! @selfScoped')), header)).toEqual([
      'Query.me guarded-non-null',
    ])
    expect(composeGraph(new Map([['one', parse(header + rename(SOUND))]]), 'foreign').ok).toBe(true)
  })

  test('asks nothing of stubs, and a rule of every field that an interface object adds', () => {
    const stub = `${SOUND} type Bill @key(fields: "id", resolvable: false) { id: ID! }`
    expect(lint(stub)).toEqual([])
    const added = `${SOUND} type Asset @key(fields: "id") @interfaceObject { id: ID! tags: [String] cost: Int @projectScoped(capability: READ) }`
    expect(lint(added)).toEqual(['Asset.tags scope-rule-missing'])
  })

  test('finds subgraphs that disagree about one coordinate', () => {
    const other = `${HEADER} type Project @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! }`
    const findings = lintSubgraphs(
      new Map([
        ['one', parse(HEADER + SOUND)],
        ['two', parse(other)],
      ]),
      'foreign',
    )
    expect(findings).toEqual([expect.objectContaining({ coordinate: 'Project', rule: 'rule-differs' })])
  })

  test('finds a rule that composition lost', () => {
    const subgraphs = new Map([['one', parse(HEADER + SOUND)]])
    const composed = composeGraph(subgraphs, 'foreign')
    if (!composed.ok) throw new Error(composed.error.map(printFinding).join('\n'))
    expect(lintSupergraph(parse(composed.value.sdl), subgraphs)).toEqual([])
    const lost = composed.value.sdl.replace('@projectScoped(capability: WRITE)\n', '\n')
    expect(lost).not.toBe(composed.value.sdl)
    expect(lintSupergraph(parse(lost), subgraphs)).toEqual([
      expect.objectContaining({ coordinate: 'Project.secret', rule: 'rule-lost' }),
    ])
  })

  test('asks of the product’s own graph that mutations are audited and everything is described', () => {
    const silent = new Map([['one', parse(HEADER + replaced(' @audited(action: "p.rename")', ''))]])
    const findings = lintSubgraphs(silent, 'product')
    expect(findings).toContainEqual(
      expect.objectContaining({ coordinate: 'Mutation.rename', rule: 'mutation-not-audited' }),
    )
    const followed = replaced(
      'type Mutation {',
      'extend type Subscription { project(id: ID!): Project @projectScoped(capability: READ, project: "id") }\ntype Mutation {',
    )
    expect(lintSubgraphs(new Map([['one', parse(HEADER + followed)]]), 'product')).toContainEqual(
      expect.objectContaining({ coordinate: 'Subscription.project', rule: 'subscription-not-audited' }),
    )
    const undescribed = findings
      .filter(({ rule }) => rule === 'description-missing')
      .map(({ coordinate }) => coordinate)
    expect(undescribed).toEqual(
      expect.arrayContaining(['Project', 'Project.name', 'Query.project(id:)', 'Where.ids', 'Capability.READ', 'Node']),
    )
  })

  test('prints coordinate, rule and remedy on one line', () => {
    const [finding] = lintSubgraphs(
      new Map([['one', parse(HEADER + replaced('me: Me @selfScoped', 'me: Me'))]]),
      'foreign',
    )
    expect(finding && printFinding(finding)).toBe(
      'Query.me\tscope-rule-missing\tA root field has no scope rule: add one of @projectScoped, @orgScoped, @selfScoped, @platformScoped or @public.',
    )
  })
})

describe('composing', () => {
  test('fails on a coordinate without a rule, naming it', () => {
    const composed = composeGraph(
      new Map([['one', parse(HEADER + replaced('me: Me @selfScoped', 'me: Me'))]]),
      'foreign',
    )
    expect(composed).toEqual({ ok: false, error: [expect.objectContaining({ coordinate: 'Query.me' })] })
  })

  test('fails with what the composition says', () => {
    const composed = composeGraph(
      new Map([['one', parse(`${HEADER + SOUND} extend type Me { other: Unknown }`)]]),
      'foreign',
    )
    expect(composed).toEqual({ ok: false, error: [expect.objectContaining({ rule: 'composition-failed' })] })
  })
})
