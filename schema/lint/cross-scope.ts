import type { Finding } from './finding.ts'
import { namedType, supergraphName, type GraphView } from './graph-view.ts'
import type { MergedGraph } from './merged-graph.ts'

/** Whether something behind a field is decided by a rule of its own: at once, or behind value types. */
const isDecided = (graph: MergedGraph, returned: string): boolean => {
  const seen = new Set<string>()
  const visit = (name: string): boolean => {
    if (seen.has(name)) return false
    seen.add(name)
    return graph
      .possible(name)
      .some(
        (type) =>
          graph.objectRules(type).some(({ scopes }) => scopes.length > 0) ||
          [...graph.fields(type).values()].some((types) => [...types].some(visit)),
      )
  }
  return visit(returned)
}

/** An edge that leaves its project is decided again at its target, which therefore has a rule. */
export const lintCrossScope = (view: GraphView, graph: MergedGraph): readonly Finding[] =>
  [...view.rules.values()].flatMap(({ coordinate, crossScope }): readonly Finding[] => {
    const [type = '', field = ''] = coordinate.split('.')
    const node = view.types.get(type)?.fields.get(field)
    if (crossScope === undefined || node === undefined) return []
    const target = namedType(node.type).name.value
    if (isDecided(graph, supergraphName(view, target))) return []
    const message = `@crossScope says that ${target} is decided again, and no rule stands there: give ${target} a rule, or guard this field instead.`
    return [{ coordinate, rule: 'cross-scope-undecided', message }]
  })
