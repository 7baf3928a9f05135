import { describe, expect, test } from '@jest/globals'
import { isWarning, lintSubgraphs, printFinding } from '../lint.ts'
import { composeGraph } from '../compose-graph.ts'
import { composed, found, HEADER, subgraphsOf } from '../testkit/scope-graph.ts'

const QUERY = 'type Query { project(id: ID!): Project @projectScoped(capability: READ, project: "id") }'
const project = (fields: string, rule = '@projectScoped(capability: READ)') =>
  `type Project @key(fields: "id") ${rule} { id: ID! ${fields} }`
const GUARDED = '@projectScoped(capability: WRITE)'

const two = (one: string, other: string) => found({ one: `${QUERY} ${one}`, other })

describe('subgraphs together', () => {
  test.each([
    ['an object', project(''), project('b: Int', '@projectScoped(capability: WRITE)'), ['Project rule-differs']],
    [
      'a shareable field',
      project(`a: Int @shareable ${GUARDED}`),
      project('a: Int @shareable @projectScoped(capability: READ)'),
      ['Project.a rule-differs'],
    ],
    [
      'a shareable field, by its absence',
      project(`a: Int @shareable ${GUARDED}`),
      project('a: Int @shareable'),
      ['Project.a rule-differs'],
    ],
    [
      'a shareable field, by its absence in the first',
      project('a: Int @shareable'),
      project(`a: Int @shareable ${GUARDED}`),
      ['Project.a rule-differs'],
    ],
    [
      'a second factor',
      project(`a: Int @shareable ${GUARDED} @sensitive`),
      project(`a: Int @shareable ${GUARDED}`),
      ['Project.a rule-differs'],
    ],
    [
      'a value type, by its absence',
      `${project('v: V')} type V @shareable @projectScoped(capability: READ, project: "p") { p: ID }`,
      'type V @shareable { p: ID }',
      ['V rule-differs'],
    ],
  ])('may not differ about %s', (_, one, other, findings) => {
    expect(two(one, other)).toEqual(findings)
  })

  test.each([
    ['the same rule', project(`a: Int @shareable ${GUARDED}`), project(`a: Int @shareable ${GUARDED}`)],
    [
      'the default of a scope field, written out',
      project(''),
      project('b: Int', '@projectScoped(capability: READ, project: "id")'),
    ],
    ['a reference', project(''), 'type Project @key(fields: "id", resolvable: false) { id: ID! }'],
    ['an external copy', project(`a: Int ${GUARDED}`), project('a: Int @external')],
  ])('agree by %s', (_, one, other) => {
    expect(two(one, other)).toEqual([])
  })

  test('one without a rule on an entity that another guards is found', () => {
    expect(two(project(''), 'type Project @key(fields: "id") { id: ID! b: Int }')).toEqual([
      'Project scope-rule-missing',
    ])
    // It knows the type, and not that it is an entity.
    expect(two(project('b: Int @shareable'), 'type Project { b: Int @shareable }')).toEqual(['Project rule-differs'])
  })

  test('@override repeats the rule of what it takes over', () => {
    const taken = (rule: string) => two(project(`a: Int ${GUARDED}`), project(`a: Int @override(from: "one") ${rule}`))
    expect(taken(GUARDED)).toEqual([])
    expect(taken('')).toEqual(['Project.a override-drops-rule'])
    expect(taken('@projectScoped(capability: READ)')).toEqual(['Project.a rule-differs'])
  })

  test('the enum of capabilities is what all of them have', () => {
    const more = HEADER.replace('READ WRITE', 'READ WRITE ADMIN')
    const asking = (capability: string) => ({
      one: `${QUERY} ${project('')}`,
      other: `${more} type Query { op: Int @platformScoped(capability: ${capability}) }`,
    })
    expect(found(asking('WRITE'))).toEqual([])
    expect(composed(asking('WRITE'))).not.toContain('ADMIN')
    expect(found(asking('ADMIN'))).toEqual(['Query.op capability-unknown'])
  })

  test('a composition that fails is found where it fails', () => {
    const fails = (one: string, other: string) => {
      const outcome = composeGraph(subgraphsOf({ one: `${QUERY} ${one}`, other }), 'foreign')
      return outcome.ok ? [] : outcome.error.map(({ coordinate, rule }) => `${coordinate} ${rule}`)
    }
    expect(fails(project('a: Int'), project('a: Int'))).toEqual(['Project.a composition-failed'])
    expect(fails(project('a: Nothing'), project(''))).toEqual(['schema composition-failed'])
  })
})

describe('@crossScope', () => {
  const edge = (type: string) =>
    found({
      one: `${QUERY} ${project(`to: ${type} @crossScope(reason: "it is kept elsewhere")`)}
        type Text { body: String } type Page { items: [Item] } type Item { of: Project } union Hit = Text | Project`,
    })
  test.each(['Project', 'Page', 'Hit'])('leads to something that is decided: %s', (type) => {
    expect(edge(type)).toEqual([])
  })
  test('leads to nothing that is decided', () => {
    expect(edge('Text')).toEqual(['Project.to cross-scope-undecided'])
  })
})

describe('a guarded field that is inaccessible', () => {
  const fields = (more: string, hidden = `hidden: String @inaccessible ${GUARDED}`) => ({
    one: `${QUERY} ${project(`${hidden} ${more}`)}`,
  })

  test('is warned of when a field beside it hands out the same type unguarded, and still composes', () => {
    const findings = lintSubgraphs(subgraphsOf(fields('open: String')), 'foreign')
    expect(findings.map(({ coordinate, rule }) => [coordinate, rule])).toEqual([
      ['Project.hidden', 'inaccessible-twin'],
    ])
    expect(findings.every(isWarning)).toBe(true)
    expect(printFinding(findings[0] ?? { coordinate: '', rule: 'rule-lost', message: '' })).toMatch(
      /^Project\.hidden\tinaccessible-twin\twarning: .*Project\.open/,
    )
    const outcome = composeGraph(subgraphsOf(fields('open: String')), 'foreign')
    expect(outcome.ok && outcome.value.warnings).toEqual(findings)
  })

  test.each([
    ['guarded, too', fields(`open: String ${GUARDED}`)],
    ['inaccessible, too', fields('open: String @inaccessible')],
    ['of another type', fields('open: Int')],
    ['not beside a guard', fields('open: String', 'hidden: String @inaccessible')],
  ])('needs no warning where the other is %s', (_, types) => {
    expect(found(types)).toEqual([])
  })
})
