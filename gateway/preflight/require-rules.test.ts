import { describe, expect, test } from '@jest/globals'
import { composed } from '../../schema/testkit/scope-graph.ts'
import { requireRules } from './require-rules.ts'

const SDL = composed({
  one: `
    type Query {
      project(id: ID!): Project @projectScoped(capability: READ, project: "id")
      health: String @public(reason: "says only that it runs")
    }
    type Project @key(fields: "id") @projectScoped(capability: READ) {
      id: ID! secret: String @projectScoped(capability: WRITE)
    }`,
})

const changed = (from: string | RegExp, to: string): string => {
  const text = SDL.replace(from, to)
  if (text === SDL) throw new Error('The supergraph holds no such text')
  return text
}

describe('a supergraph that links the family', () => {
  test('is served when its rules hold', () => {
    expect(() => {
      requireRules(SDL)
    }).not.toThrow()
  })

  test.each([
    [
      'a root field has no rule',
      'health: String @public(reason: "says only that it runs")',
      'health: String',
      /Query\.health {2}scope-rule-missing/,
    ],
    [
      'an entity has no rule',
      /(key: "id"\)\n) {2}@projectScoped\(capability: READ\)/,
      '$1',
      /Project {2}scope-rule-missing/,
    ],
    [
      'a rule asks for an unknown capability',
      'secret: String @projectScoped(capability: WRITE)',
      'secret: String @projectScoped(capability: WRIT)',
      /Project\.secret {2}capability-unknown/,
    ],
    ['its enum of capabilities lost a value', /^ {2}WRITE .*$/m, '', /Project\.secret {2}capability-unknown/],
    ['a path names no id', 'project: "id"', 'project: "it"', /Query\.project {2}scope-path-invalid/],
    ['a guarded field is non-null', 'secret: String @', 'secret: String! @', /Project\.secret {2}guarded-non-null/],
    ['a key holds no scope', 'key: "id"', 'key: "secret"', /Project {2}key-without-scope/],
    ['its definitions were loosened', 'capability: Capability!', 'capability: Capability', /directive-definition/],
    ['its link is of a version that is not known', 'scope/v1.0', 'scope/v7.0', /schema {2}link-version/],
    [
      'its link renames what its fields still say',
      '"@public"',
      '{ name: "@public", as: "@open" }',
      /Query\.health {2}directive-identity/,
    ],
  ])('is refused at start when %s', (_, from, to, finding) => {
    expect(() => {
      requireRules(changed(from, to))
    }).toThrow(expect.objectContaining({ code: 'SUPERGRAPH_INVALID', message: expect.stringMatching(finding) }))
  })
})

test('a supergraph that does not link the family is plain federation', () => {
  const plain = changed(/ {2}@link\(url: "https:\/\/specs\.gpuaas\.dev.*\n/, '')
  expect(() => {
    requireRules(plain)
  }).not.toThrow()
})
