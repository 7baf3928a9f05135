import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { accessOf, adasGrants } from '../../directives/testkit/guarded-graph.ts'
import { readRules } from '../../directives/read-rules.ts'
import { silentLog } from '../../platform/log/log.ts'
import { federatedGraph } from '../../test/testkit/federated-graph.ts'
import { mine, sibling, tenancy } from '../../test/testkit/graphs/tenancy.ts'
import { loadSupergraph } from '../supergraph/load-supergraph.ts'
import { explainOperation } from './explain.ts'

const { sdl } = federatedGraph(tenancy)
const { apiSchema } = (await loadSupergraph({ source: { sdl }, log: silentLog })).current()
const rules = readRules(parse(sdl))

const explain = (query: string, variables: Record<string, unknown> = {}, access = accessOf()) =>
  explainOperation({ schema: apiSchema, rules, document: parse(query), variables, access })

test('each coordinate of an operation has its rule, where its scope comes from, its decision, and why', () => {
  const { coordinates, denied, runs } = explain(
    'query ($id: ID!) { project(id: $id) { name secret organization { name } } news { text } }',
    { id: sibling },
  )
  const brief = coordinates.map(({ path, coordinate, rule, scope, decision, code }) => [
    path,
    coordinate,
    rule,
    scope.from,
    code ?? decision,
  ])
  expect(brief).toEqual([
    ['project', 'Query.project', '@projectScoped(capability: READ, project: "id")', 'argument', 'allowed'],
    ['project', 'Project', '@projectScoped(capability: READ)', 'argument', 'allowed'],
    ['project.name', 'Project.name', '', 'nowhere', 'allowed'],
    ['project.secret', 'Project.secret', '@projectScoped(capability: WRITE)', 'argument', 'CAPABILITY_REQUIRED'],
    ['project.organization', 'Project.organization', '', 'nowhere', 'allowed'],
    ['project.organization', 'Organization', '@orgScoped(capability: READ)', 'object', 'later'],
    ['project.organization.name', 'Organization.name', '', 'nowhere', 'allowed'],
    ['news', 'Query.news', '@public(reason: "what everybody may know")', 'nowhere', 'allowed'],
    ['news.text', 'News.text', '', 'nowhere', 'allowed'],
  ])
  expect(coordinates[0]?.scope).toEqual({ from: 'argument', argument: 'id', ids: [sibling] })
  expect(denied).toEqual([{ path: 'project.secret', code: 'CAPABILITY_REQUIRED' }])
  expect(runs).toBe(true)
  expect(coordinates.every(({ why }) => why !== '')).toBe(true)
})

test('objects of several types are told apart, a mutation that is denied anything does not run, a disabled caller has nothing', () => {
  const types = explain('{ viewer { favourite { things { name } } } }').coordinates.map(({ path }) => path)
  expect(types).toEqual(
    expect.arrayContaining(['viewer.favourite.things.(App)', 'viewer.favourite.things.(Project).name']),
  )

  const rename = 'mutation ($id: ID!) { rename(id: $id) { project { fresh secret } } }'
  expect(explain(rename, { id: sibling })).toMatchObject({ runs: false, readsGrantsFresh: true })
  expect(explain('mutation ($id: ID!) { rename(id: $id) { project { secret } } }', { id: mine }).runs).toBe(true)

  const disabled = accessOf({ ...adasGrants, disabled: true })
  const guarded = explain('{ viewer { name } news { text } }', {}, disabled).coordinates.filter(
    ({ rule }) => rule !== '',
  )
  expect(guarded.map(({ coordinate, code }) => [coordinate, code])).toEqual([
    ['Query.viewer', 'ACTOR_DISABLED'],
    ['Viewer', 'ACTOR_DISABLED'],
    ['Query.news', undefined],
  ])
})
