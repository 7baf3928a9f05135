import type { ModelField, ModelGraph, ModelRule, ModelType } from '../model/rule.ts'

/** A way into what a project owns on which nobody asks whose it is. */
export interface OpenPath {
  /** `Query.search → Result → Bucket.name`: from where a caller begins to where no rule was met. */
  readonly path: readonly string[]
  readonly why: string
}

export interface Reachability {
  readonly open: readonly OpenPath[]
  /** Where callers begin: root fields, and the keys by which routers ask. */
  readonly roots: number
  /** Coordinates that some path reaches. */
  readonly coordinates: number
  /** Of those, what a project owns. */
  readonly owned: number
}

/** What was met on the way: nothing, a rule that asks less than the project, or the project's. */
type Met = 'nothing' | 'a rule' | 'the rule of a project'

interface Step {
  readonly type: string
  readonly met: Met
  readonly path: readonly string[]
}

const RANK: Readonly<Record<Met, number>> = { nothing: 0, 'a rule': 1, 'the rule of a project': 2 }

const metBy = (rules: readonly ModelRule[], before: Met): Met => {
  const met = rules.some(({ kind }) => kind === 'project')
    ? 'the rule of a project'
    : rules.length > 0
      ? 'a rule'
      : 'nothing'
  return RANK[met] > RANK[before] ? met : before
}

const isProjects = (rules: readonly ModelRule[]): boolean => rules.some(({ kind }) => kind === 'project')

const hasIdentity = (type: ModelType): boolean => type.keys.length > 0 || type.fields.has('id')

/** Every concrete type that a field of this type may hold: an interface or union by each of its own, one by one. */
const concreteTypes = (graph: ModelGraph, name: string): readonly ModelType[] => {
  const type = graph.types.get(name)
  if (type === undefined) return []
  if (type.kind === 'object') return [type]
  const members =
    type.kind === 'union'
      ? type.related
      : [...graph.types.values()]
          .filter(({ kind, related }) => kind !== 'union' && related.includes(name))
          .map((of) => of.name)
  const concrete = members.flatMap((member) => concreteTypes(graph, member))
  // An interface that a subgraph sees as one object may be resolved there without ever naming a concrete type.
  return type.interfaceObjectIn.length > 0 ? [...concrete, type] : concrete
}

/**
 * What a project owns: a type with its rule, and a type with an identity that some field returns under a project's
 * rule. Who forgot the rule on the type did not make it anybody's.
 */
const ownedTypes = (graph: ModelGraph): ReadonlySet<string> => {
  const owned = new Set<string>()
  for (const type of graph.types.values()) {
    if (isProjects(type.rules)) owned.add(type.name)
    for (const field of type.fields.values()) {
      if (!isProjects(field.rules)) continue
      for (const of of concreteTypes(graph, field.type))
        if (hasIdentity(of) && of.rules.length === 0) owned.add(of.name)
    }
  }
  return owned
}

interface Start {
  readonly name: string
  readonly type: ModelType
  readonly field: ModelField
}

const startsOf = (graph: ModelGraph): readonly Start[] =>
  Object.values(graph.roots).flatMap((name) => {
    const type = graph.types.get(name)
    return type ? [...type.fields.values()].map((field) => ({ name: `${name}.${field.name}`, type, field })) : []
  })

/** A rule that says nowhere whose project it means asks for none. */
const lacksScope = ({ rules, inputs }: ModelField): boolean =>
  rules.some(
    ({ kind, path }) => kind === 'project' && (path === undefined || !inputs.some(({ name }) => name === path[0])),
  )

const lacksScopeField = (type: ModelType): boolean =>
  type.rules.some(({ kind, path }) => kind === 'project' && !type.fields.has(path?.[0] ?? 'id'))

/** Walks every path from every root, each type once for each way in which it can be met. */
export const walkGraph = (graph: ModelGraph): Reachability => {
  const owned = ownedTypes(graph)
  const open = new Map<string, OpenPath>()
  const reached = new Set<string>()
  const reachedOwned = new Set<string>()
  const seen = new Set<string>()
  const queue: Step[] = []
  const report = (path: readonly string[], why: string): void => {
    const at = `${path.at(-1) ?? ''}\n${why}`
    if (!open.has(at)) open.set(at, { path, why })
  }

  /** Into an object: its own rule is asked, whichever path led there. */
  const enter = (type: ModelType, before: Met, path: readonly string[]): void => {
    const met = metBy(type.rules, before)
    const here = path.at(-1) === type.name ? path : [...path, type.name]
    reached.add(type.name)
    if (owned.has(type.name)) reachedOwned.add(type.name)
    if (owned.has(type.name) && met !== 'the rule of a project')
      report(here, 'a project owns it, and no rule of a project is met')
    else if (hasIdentity(type) && type.kind === 'object' && met === 'nothing') report(here, 'nobody decides on it')
    if (lacksScopeField(type)) report(here, 'its rule names no field of it that says which project it is of')
    const key = `${type.name}\n${met}`
    if (seen.has(key)) return
    seen.add(key)
    queue.push({ type: type.name, met, path: here })
  }

  const follow = (owner: ModelType, field: ModelField, before: Met, path: readonly string[]): void => {
    const coordinate = `${owner.name}.${field.name}`
    const here = [...path, coordinate]
    const met = metBy(field.rules, before)
    reached.add(coordinate)
    const isOwned = owned.has(owner.name) || isProjects(field.rules)
    if (isOwned) reachedOwned.add(coordinate)
    if (owner.kind === 'interface' && field.name !== 'id' && field.rules.length === 0 && before === 'nothing') {
      report(here, 'an object of the interface is resolved without naming its type, and the field has no rule')
    }
    const targets = concreteTypes(graph, field.type)
    // What was decided before a border counts no more behind it: the target decides by itself.
    for (const target of targets) enter(target, field.isCrossScope ? 'nothing' : met, here)
    if (field.isCrossScope && targets.some((target) => target.rules.length === 0)) {
      report(here, 'it leaves its project for what has no rule of its own')
    }
  }

  const starts = startsOf(graph)
  for (const { name, type, field } of starts) {
    if (field.rules.length === 0) report([name], 'anybody may begin there: it has no rule')
    if (lacksScope(field)) report([name], 'its rule names no argument that says which project is meant')
    follow(type, field, 'nothing', [])
  }
  let keys = 0
  for (const type of graph.types.values()) {
    for (const { subgraph, fields } of type.keys) {
      keys += 1
      // Not a client's way: a router's, or whoever reaches a subgraph. Interfaces are entered by each of their objects.
      for (const of of concreteTypes(graph, type.name))
        enter(of, 'nothing', [`_entities(${type.name} by ${fields}) in ${subgraph}`])
    }
  }
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const type = graph.types.get(step.type)
    for (const field of type?.fields.values() ?? []) if (type) follow(type, field, step.met, step.path)
  }
  return {
    open: [...open.values()],
    roots: starts.length + keys,
    coordinates: reached.size,
    owned: reachedOwned.size,
  }
}
