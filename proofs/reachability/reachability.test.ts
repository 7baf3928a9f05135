import { describe, expect, test } from '@jest/globals'
import { reachabilityReport } from './report.ts'
import { federatedGraph } from '../../test/testkit/federated-graph.ts'
import { productSupergraph } from '../stage/stage.ts'
import { SCOPE_DEFINITIONS } from '../../directives/definitions.ts'
import { print } from 'graphql'

const HEADER = `
  extend schema @link(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@projectScoped", "@orgScoped", "@selfScoped", "@platformScoped", "@public", "@crossScope", "@sensitive", "@audited"])
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@interfaceObject", "@composeDirective"])
    ${['projectScoped', 'orgScoped', 'selfScoped', 'platformScoped', 'public', 'crossScope', 'sensitive', 'audited'].map((name) => `@composeDirective(name: "@${name}")`).join(' ')}
  enum Capability { READ WRITE }
  ${print(SCOPE_DEFINITIONS)}
`

const compose = (...subgraphs: readonly string[]): string =>
  federatedGraph(
    Object.fromEntries(
      subgraphs.map((typeDefs, index) => [`s${index.toString()}`, { typeDefs: HEADER + typeDefs, resolvers: {} }]),
    ),
  ).sdl

const findingsOf = (...subgraphs: readonly string[]) => reachabilityReport(compose(...subgraphs)).findings

const BUCKET =
  'type Bucket @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String size: Size } type Size { bytes: Int }'
const ROOT = 'bucket(id: ID!): Bucket @projectScoped(capability: READ, project: "id")'

test('R6: in the product every path to what a project owns passes a rule of a project', async () => {
  const { holds, findings, figures } = reachabilityReport(await productSupergraph())
  expect(findings).toEqual([])
  expect(holds).toBe(true)
  expect(figures['coordinates of projects']).toBeGreaterThan(100)
})

test('R6: the rule of one entity taken out of the product is found, with the paths that stand open', async () => {
  const sdl = await productSupergraph()
  const without = sdl.replace(
    /(type Allocation implements Node[^{]*)@projectScoped\(capability: COMPUTE_ALLOCATION_READ\)/,
    '$1',
  )
  expect(without).not.toBe(sdl)
  const { holds, findings } = reachabilityReport(without)
  expect(holds).toBe(false)
  expect(findings.join('\n')).toMatch(/_entities\(Allocation by id\) in compute → Allocation: a project owns it/)
})

describe('a graph', () => {
  test.each<[string, readonly string[]]>([
    ['with every rule in its place', [`type Query { ${ROOT} } ${BUCKET}`]],
    [
      'with an interface whose objects have their rules',
      [
        `type Query { things: [Node] @selfScoped ${ROOT} } interface Node { id: ID! } type Bucket implements Node @key(fields: "id") @projectScoped(capability: READ) { id: ID! }`,
      ],
    ],
    [
      'with an edge out of the project to what decides again',
      [
        `type Query { me: Me @selfScoped ${ROOT} } type Me @selfScoped { bucket: Bucket @crossScope(reason: "decided again there") } ${BUCKET}`,
      ],
    ],
  ])('%s has no open path', (_, subgraphs) => {
    expect(findingsOf(...subgraphs)).toEqual([])
  })

  test.each<[string, readonly string[], RegExp]>([
    [
      'a root field without a rule',
      [`type Query { ${ROOT} size: Size } ${BUCKET}`],
      /^Query\.size: anybody may begin there/m,
    ],
    [
      'an object that lost its rule, through a list',
      [`type Query { mine: [Bucket] @selfScoped ${ROOT} } type Bucket @key(fields: "id") { id: ID! }`],
      /^Query\.mine → Bucket: a project owns it/m,
    ],
    [
      'an implementation of an interface without a rule',
      [
        `type Query { ${ROOT} things: [Node] @selfScoped } interface Node { id: ID! } type Bucket implements Node @key(fields: "id") { id: ID! }`,
      ],
      /^Query\.things → Bucket: a project owns it/m,
    ],
    [
      'a member of a union without a rule',
      [
        `type Query { ${ROOT} things: [Thing] @public(reason: "for everybody here") } union Thing = Bucket | Note type Note { text: String } type Bucket @key(fields: "id") { id: ID! }`,
      ],
      /^Query\.things → Bucket: a project owns it/m,
    ],
    [
      'an entity that one subgraph serves by key alone',
      [
        `type Query { ${ROOT} } ${BUCKET}`,
        'type Query { open: Int @public(reason: "for everybody here") } type Loose @key(fields: "id") { id: ID! secret: String }',
      ],
      /_entities\(Loose by id\) in s1 → Loose: nobody decides on it/,
    ],
    [
      'an edge out of the project to what has no rule',
      [
        `type Query { ${ROOT} } type Bucket @key(fields: "id") @projectScoped(capability: READ) { id: ID! peer: Peer @crossScope(reason: "it is elsewhere") } type Peer { name: String }`,
      ],
      /Bucket\.peer: it leaves its project for what has no rule/,
    ],
    [
      'a rule whose argument does not exist',
      [`type Query { bucket(id: ID!): Bucket @projectScoped(capability: READ, project: "nope") } ${BUCKET}`],
      /^Query\.bucket: its rule names no argument/m,
    ],
    [
      'a rule whose scope field does not exist',
      [
        `type Query { ${ROOT} } type Bucket @key(fields: "id") @projectScoped(capability: READ, project: "projectId") { id: ID! }`,
      ],
      /Bucket: its rule names no field/,
    ],
    [
      'a field that an interface object adds without a rule',
      [
        `type Query { ${ROOT} } interface Media @key(fields: "id") { id: ID! } type Bucket implements Media @key(fields: "id") @projectScoped(capability: READ) { id: ID! }`,
        'type Query { open: Int @public(reason: "for everybody here") } type Media @key(fields: "id") @interfaceObject { id: ID! secret: String }',
      ],
      /Media\.secret: an object of the interface is resolved without naming its type/,
    ],
  ])('with %s names the path', (_, subgraphs, finding) => {
    expect(findingsOf(...subgraphs).join('\n')).toMatch(finding)
  })

  test('that does not link the family fails: nothing in it is guarded', () => {
    expect(reachabilityReport('type Query { a: Int }')).toMatchObject({ holds: false })
  })
})
