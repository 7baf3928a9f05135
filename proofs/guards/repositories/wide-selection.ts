import type { ModelField, ModelGraph } from '../../model/rule.ts'

const MOST_DEPTH = 6

const isFree = ({ inputs }: ModelField): boolean =>
  inputs.every(({ type, hasDefault }) => !type.endsWith('!') || hasDefault)

/** Everything that one subgraph has below a type, no type twice on a way down; empty for a leaf. */
export const wideSelection = (
  graph: ModelGraph,
  type: string,
  subgraph: string,
  above: readonly string[] = [],
): string => {
  const of = graph.types.get(type)
  if (of === undefined) return ''
  const inside = [...above, type]
  const concrete = [...graph.types.values()].filter(
    ({ name, related }) => related.includes(type) || (of.kind === 'union' && of.related.includes(name)),
  )
  const branches =
    of.kind === 'object'
      ? []
      : concrete
          .filter(({ subgraphs, name }) => subgraphs.includes(subgraph) && !above.includes(name))
          .map(({ name }) => ({ name, selection: wideSelection(graph, name, subgraph, inside) }))
          .map(({ name, selection }) => `... on ${name}${selection}`)
  const fields =
    of.kind === 'object'
      ? [...of.fields.values()]
          .filter((field) => field.subgraphs.includes(subgraph) && isFree(field))
          .flatMap((field) => {
            if (!graph.types.has(field.type)) return [field.name]
            if (above.length >= MOST_DEPTH || inside.includes(field.type)) return []
            return [`${field.name}${wideSelection(graph, field.type, subgraph, inside)}`]
          })
      : []
  return ` { __typename ${[...fields, ...branches].join(' ')} }`
}
