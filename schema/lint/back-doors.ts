import type { ConstDirectiveNode, SelectionSetNode } from 'graphql'
import { argumentsOf, readLinks } from '../../directives/links.ts'
import { isInterfaceObject } from './contributions.ts'
import { readContextSelection, readFieldSet } from './field-sets.ts'
import type { Finding } from './finding.ts'
import { namedType, supergraphName, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'
import { unimplied } from './implied.ts'
import type { MergedGraph } from './merged-graph.ts'
import { behind, either, settledBy, sharedOnTheWay, THE_OBJECT_ITSELF, type SharedScopes } from './same-scope.ts'

/** A selection that a subgraph is given beside what the client asked for. */
interface HiddenSelection {
  readonly directive: '@requires' | '@provides' | '@fromContext'
  readonly type: string
  readonly field: string
  /** The type that is selected from. */
  readonly on: string
  readonly selection: SelectionSetNode
}

const CONTEXT_IDENTITY = 'https://specs.apollo.dev/context'

/** The types that set a context, in a subgraph or in a supergraph. */
const typesOfContext = (view: GraphView, context: unknown): readonly string[] => {
  const link = readLinks(view.document).find(({ identity }) => identity === CONTEXT_IDENTITY)
  const name = link?.namespace ?? view.federationName('context')
  const isSet = (directive: ConstDirectiveNode): boolean =>
    directive.name.value === name && argumentsOf(directive).get('name') === context
  return [...view.types.values()].filter(({ directives }) => directives.some(isSet)).map((type) => type.name)
}

const recordsIn = (value: unknown): readonly (readonly [context: unknown, selection: unknown])[] =>
  (Array.isArray(value) ? value : []).flatMap((item: unknown) =>
    typeof item === 'object' && item !== null ? [[Reflect.get(item, 'context'), Reflect.get(item, 'selection')]] : [],
  )

const selectionsOf = (view: GraphView, type: TypeView): readonly HiddenSelection[] =>
  [...type.fields].flatMap(([field, node]) => {
    const returned = namedType(node.type).name.value
    const hidden = (directive: HiddenSelection['directive'], on: string, selection?: SelectionSetNode) =>
      selection === undefined ? [] : [{ directive, type: type.name, field, on, selection }]
    const fromContext = (context: unknown, selection: SelectionSetNode | undefined) =>
      typesOfContext(view, context).flatMap((on) => hidden('@fromContext', on, selection))

    const onField = (node.directives ?? []).flatMap((directive) => {
      const values = argumentsOf(directive)
      switch (directive.name.value) {
        case view.federationName('requires'):
          return hidden('@requires', type.name, readFieldSet(values.get('fields')))
        case view.federationName('provides'):
          return hidden('@provides', returned, readFieldSet(values.get('fields')))
        case 'join__field':
          return [
            ...hidden('@requires', type.name, readFieldSet(values.get('requires'))),
            ...hidden('@provides', returned, readFieldSet(values.get('provides'))),
            ...recordsIn(values.get('contextArguments')).flatMap(([context, text]) =>
              fromContext(context, readFieldSet(text)),
            ),
          ]
        default:
          return []
      }
    })
    const onArguments = (node.arguments ?? [])
      .flatMap(({ directives = [] }) => directives)
      .filter(({ name }) => name.value === view.federationName('fromContext'))
      .flatMap((directive) => {
        const read = readContextSelection(argumentsOf(directive).get('field'))
        return read === undefined ? [] : fromContext(read.context, read.selection)
      })
    return [...onField, ...onArguments]
  })

/** The types whose objects ask: the implementations, where an interface object adds the field to all of them. */
const askers = (view: GraphView, graph: MergedGraph, type: TypeView): readonly string[] => {
  const own = supergraphName(view, type.name)
  const implementations = graph.possible(own).filter((possible) => possible !== own)
  const isShared = type.kind === 'interface' || isInterfaceObject(view, type)
  return isShared && implementations.length > 0 ? implementations : [own]
}

const follow = (view: GraphView, graph: MergedGraph, hidden: HiddenSelection, type: string) => {
  const own = graph.fieldRules(type, hidden.field)
  const byArgument = own.flatMap(({ scopes }) => scopes.filter((scope) => 'path' in scope && scope.path !== undefined))
  const ofObject = [...graph.objectRules(type), ...own]
    .flatMap(({ scopes }) => scopes)
    .filter((scope) => !byArgument.includes(scope))
  const ages = own.flatMap(({ sensitive }) => (sensitive === undefined ? [] : [sensitive.maxAgeSeconds]))
  const asker = (scopes: typeof ofObject) => ({
    scopes,
    maxAgeSeconds: ages.length > 0 ? Math.min(...ages) : undefined,
  })
  const start = (shared: SharedScopes) => ({ type: hidden.on === hidden.type ? type : hidden.on, shared })

  switch (hidden.directive) {
    case '@requires':
      return unimplied(graph, hidden.selection, start(THE_OBJECT_ITSELF), asker(ofObject))
    case '@provides': {
      const isRoot = view.roots.has(hidden.type)
      const edge = isRoot ? settledBy(ofObject) : behind(graph, type, hidden.field, THE_OBJECT_ITSELF)
      const shared = either(edge, settledBy(byArgument))
      return unimplied(graph, hidden.selection, { type: hidden.on, shared }, asker([...ofObject, ...byArgument]))
    }
    case '@fromContext':
      return unimplied(graph, hidden.selection, start(sharedOnTheWay(graph, hidden.on, type)), asker(ofObject))
  }
}

/**
 * What `@requires`, `@provides` and `@fromContext` hand to a field, followed through every hop, is implied by the
 * rule of that field: else a caller reads through it what he may not have. `graph` is all subgraphs together, since
 * an external copy repeats no rule.
 */
export const lintBackDoors = (view: GraphView, graph: MergedGraph): readonly Finding[] =>
  [...view.types.values()]
    .flatMap((type) => selectionsOf(view, type).map((hidden) => ({ hidden, asking: askers(view, graph, type) })))
    .flatMap(({ hidden, asking }) =>
      asking
        .flatMap((type) => follow(view, graph, hidden, type))
        .map(({ coordinate, what }) => ({
          coordinate: `${hidden.type}.${hidden.field}`,
          rule: 'selection-not-implied',
          message: `${hidden.directive} reaches ${coordinate}, guarded by ${what}, which the rule of this field does not imply: give this field that rule for the same scope, or take ${coordinate} out of the selection.`,
        })),
    )
