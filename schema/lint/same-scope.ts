import type { Rule, ScopeRule } from '../../directives/rule.ts'
import type { MergedGraph } from './merged-graph.ts'

/** The scopes that an object shares for certain with the one that a selection starts from. */
export interface SharedScopes {
  readonly project: boolean
  readonly organization: boolean
  readonly self: boolean
}

export const THE_OBJECT_ITSELF: SharedScopes = { project: true, organization: true, self: true }

const NOTHING: SharedScopes = { project: false, organization: false, self: false }

const kindsOf = (rules: readonly Rule[]): ReadonlySet<ScopeRule['kind']> =>
  new Set(rules.flatMap(({ scopes }) => scopes.map(({ kind }) => kind)))

/** What root arguments, or the caller, settle for the object that a field returns. */
export const settledBy = (scopes: readonly ScopeRule[]): SharedScopes => {
  const kinds = new Set(scopes.map(({ kind }) => kind))
  const project = kinds.has('project')
  return { project, organization: project || kinds.has('organization'), self: kinds.has('self') }
}

export const either = (a: SharedScopes, b: SharedScopes): SharedScopes => ({
  project: a.project || b.project,
  organization: a.organization || b.organization,
  self: a.self || b.self,
})

/**
 * What is still shared behind an edge. An edge of a project's object stays in the project, and one of an
 * organization's in the organization, unless it says `@crossScope`; one of a value type goes where its owner's would;
 * one of anything else may lead anywhere (authorization.md).
 */
export const behind = (graph: MergedGraph, type: string, field: string, shared: SharedScopes): SharedScopes => {
  if (graph.fieldRules(type, field).some(({ crossScope }) => crossScope !== undefined)) return NOTHING
  const kinds = kindsOf(graph.objectRules(type))
  if (kinds.size === 0) return shared
  if (kinds.has('project')) return { ...shared, self: false }
  if (kinds.has('organization')) return { project: false, organization: shared.organization, self: false }
  return NOTHING
}

/** What an object of one type shares with every object of another type below which it can be reached. */
export const sharedOnTheWay = (graph: MergedGraph, from: string, to: string): SharedScopes => {
  const queue: (readonly [type: string, shared: SharedScopes])[] = graph
    .possible(from)
    .map((type) => [type, THE_OBJECT_ITSELF])
  const seen = new Set<string>()
  const reached: SharedScopes[] = []
  for (const [type, shared] of queue) {
    const key = JSON.stringify([type, shared])
    if (seen.has(key)) continue
    seen.add(key)
    if (graph.possible(to).includes(type)) reached.push(shared)
    for (const [field, returned] of graph.fields(type)) {
      const next = behind(graph, type, field, shared)
      for (const name of returned) for (const possible of graph.possible(name)) queue.push([possible, next])
    }
  }
  return reached.length === 0
    ? NOTHING
    : {
        project: reached.every(({ project }) => project),
        organization: reached.every(({ organization }) => organization),
        self: reached.every(({ self }) => self),
      }
}
