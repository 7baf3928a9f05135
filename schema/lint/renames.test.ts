import { describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { SCOPE_URL } from '../../directives/definitions.ts'
import { readRules } from '../../directives/read-rules.ts'
import { composeGraph } from '../compose-graph.ts'
import { lintSubgraphs } from '../lint.ts'
import { withScopeDefinitions } from '../scope-header.ts'
import { FEDERATION, foundInSupergraph } from '../testkit/scope-graph.ts'

/** A subgraph that links the family its own way, and has no definition of it. */
const linking = (link: string, composes: readonly string[], types: string, url = SCOPE_URL): string => `
  extend schema ${FEDERATION} @link(url: "${url}" ${link}) ${composes.map((name) => `@composeDirective(name: "@${name}")`).join(' ')}
  enum Capability { READ WRITE } ${types}`

const graphOf = (subgraphs: Readonly<Record<string, string>>) =>
  new Map(Object.entries(subgraphs).map(([name, sdl]) => [name, withScopeDefinitions(parse(sdl))]))

const found = (subgraphs: Readonly<Record<string, string>>) =>
  lintSubgraphs(graphOf(subgraphs), 'foreign').map(({ coordinate, rule }) => `${coordinate} ${rule}`)

const typesBy = (name: string) => `
  type Query { project(id: ID!): Project @${name}(capability: READ, project: "id") }
  type Project @key(fields: "id") @${name}(capability: READ) { id: ID! secret: String @${name}(capability: WRITE) }`

/** Every way to call `@projectScoped` that the link specification allows. */
const WAYS = [
  ['by its name', 'import: ["@projectScoped"]', 'projectScoped'],
  ['by another name', 'import: [{ name: "@projectScoped", as: "@guarded" }]', 'guarded'],
  ['by the name of another of the family', 'import: [{ name: "@projectScoped", as: "@public" }]', 'public'],
  ['by the namespace', '', 'scope__projectScoped'],
  ['by a namespace of its own', 'as: "rules"', 'rules__projectScoped'],
  [
    'by the namespace, beside an import',
    'import: [{ name: "@projectScoped", as: "@guarded" }]',
    'scope__projectScoped',
  ],
] as const

describe.each(WAYS)('a directive called %s', (_, link, name) => {
  const sound = linking(link, [name], typesBy(name))

  test('is read, supplied with its definition, and reaches the supergraph', () => {
    expect(found({ one: sound })).toEqual([])
    const outcome = composeGraph(graphOf({ one: sound }), 'foreign')
    expect(outcome.ok && [...readRules(parse(outcome.value.sdl)).keys()].toSorted()).toEqual([
      'Project',
      'Project.secret',
      'Query.project',
    ])
    expect(outcome.ok && foundInSupergraph(outcome.value.sdl)).toEqual([])
  })

  test('is held to the rules of lint', () => {
    expect(found({ one: sound.replace('secret: String', 'secret: String!') })).toEqual([
      'Project.secret guarded-non-null',
    ])
    expect(found({ one: sound.replace('capability: WRITE', 'capability: WRIT') })).toEqual([
      'Project.secret capability-unknown',
    ])
    expect(found({ one: sound.replace(`@composeDirective(name: "@${name}")`, '') })).toEqual([
      'schema directive-not-composed',
    ])
  })

  test('composes with a subgraph that calls it by its published name', () => {
    const other = linking(
      'import: ["@projectScoped", "@selfScoped"]',
      ['projectScoped', 'selfScoped'],
      'type Query { me: Int @selfScoped } type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! more: Int }',
    )
    expect(found({ one: sound, other })).toEqual([])
    for (const subgraphs of [
      { one: sound, other },
      { other, later: sound },
    ]) {
      const outcome = composeGraph(graphOf(subgraphs), 'foreign')
      expect(outcome.ok && [...readRules(parse(outcome.value.sdl)).keys()].toSorted()).toEqual([
        'Project',
        'Project.secret',
        'Query.me',
        'Query.project',
      ])
    }
  })
})

describe('a directive that only looks like one of the family', () => {
  const looks = (link: string, types = typesBy('projectScoped'), url = SCOPE_URL) =>
    new Set(found({ one: linking(link, ['projectScoped'], types, url) }).map((finding) => finding.split(' ')[1]))

  test.each([
    ['is linked and not imported', '', SCOPE_URL],
    ['was renamed away', 'import: [{ name: "@projectScoped", as: "@guarded" }]', SCOPE_URL],
    ['is of another specification', 'import: ["@projectScoped"]', 'https://example.com/scope/v1.0'],
    [
      'is of a specification whose address looks the same',
      'import: ["@projectScoped"]',
      'https://specs.gpuaas.dev/scope2/v1.0',
    ],
  ])('protects nothing when it %s', (_, link, url) => {
    expect(looks(link, undefined, url)).toEqual(new Set(['directive-identity', 'scope-rule-missing']))
  })

  test('is found under a foreign namespace, and where it is only defined', () => {
    expect(
      looks('import: ["@projectScoped"]', `${typesBy('projectScoped')} type A { a: Int @other__selfScoped }`),
    ).toEqual(new Set(['directive-identity']))
    expect(
      found({
        one: linking(
          'import: ["@projectScoped"]',
          ['projectScoped'],
          `${typesBy('projectScoped')} directive @selfScoped on OBJECT`,
        ),
      }),
    ).toEqual(['@selfScoped directive-identity'])
  })

  test('is found in what is imported: names that the specification does not have, versions that are not known', () => {
    expect(looks('import: ["@projectScoped", "@projectScope"]')).toEqual(new Set(['link-import-unknown']))
    expect(looks('import: ["@projectScoped", "Capability"]')).toEqual(new Set(['link-import-unknown']))
    expect(looks('import: ["@projectScoped"]', undefined, SCOPE_URL.replace('v1.0', 'v2.0'))).toEqual(
      new Set(['link-version']),
    )
  })
})

test('what a header composes and the subgraph neither uses nor defines asks nothing of it', () => {
  const open = `extend schema ${FEDERATION} @link(url: "${SCOPE_URL}", import: ["@public", "@projectScoped"])
    @composeDirective(name: "@public") @composeDirective(name: "@projectScoped")
    type Query { health: String @public(reason: "says only that it runs") }`
  expect(composeGraph(graphOf({ open }), 'foreign').ok).toBe(true)
})
