import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import { Kind, print, visit, type FieldNode } from 'graphql'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { ContextArgument } from './context-arguments.ts'
import type { Telling } from './contexts.ts'
import { entityFields } from './entity-fields.ts'
import { documentOf } from './fetch-document.ts'
import { mapFetches } from './map-fetches.ts'
import { partOfFetch } from './part-of-fetch.ts'
import { keysOf, pathTo, type ContextSource } from './plan-path.ts'
import type { ToldOperation } from './select-contexts.ts'
import { withoutStandIn } from './without-stand-in.ts'

interface Told {
  readonly telling: Telling
  readonly selected: Pick<ToldOperation, 'sourcesOf'>
  /** Names that no variable of the operation has, one for each text. */
  readonly variableOf: (text: string) => string
}

/**
 * Takes the stand-in out of a plan again, and tells the fields that required it what they are to be told. Fields that are told
 * different things are fetches of their own: one of which it is not known keeps nothing from the others.
 */
export const tellFetches = (plan: QueryPlan, told: Told): QueryPlan =>
  mapFetches(plan, {
    split: (node, path) =>
      withoutStandIn(node, told.telling.standIn).flatMap((fetch) => splitByContext(fetch, keysOf(path), told)),
    fetch: (node) => node,
  })

/** An argument that a field is told in a fetch. */
interface TellingArgument {
  readonly argument: ContextArgument
  readonly variable: string
  readonly sources: readonly ContextSource[]
}

const splitByContext = (
  node: FetchNode,
  keys: readonly string[],
  { telling, selected, variableOf }: Told,
): readonly FetchNode[] => {
  const argumentsOf = new Map<FieldNode, readonly TellingArgument[]>()
  for (const { type, field } of entityFields(node)) {
    const name = telling.fieldOf(field.name.value)
    const own = telling.toldTo(node.serviceName, type, name).map((argument): TellingArgument => {
      const sources = selected.sourcesOf(keys, `${type}.${name}`, argument)
      if (sources.length === 0) throw catalogued('OPERATION_UNANSWERABLE')
      return { argument, sources, variable: variableOf(`${print(argument.type)} ${JSON.stringify(sources)}`) }
    })
    argumentsOf.set(field, own)
  }
  const groups = Map.groupBy(argumentsOf.keys(), (field) =>
    JSON.stringify(argumentsOf.get(field)?.map(({ variable }) => variable)),
  )
  if ([...argumentsOf.values()].every((own) => own.length === 0)) return [node]
  return [...groups.values()].map((fields) => {
    const kept = new Set(fields)
    const part =
      groups.size === 1 ? node : partOfFetch(node, { keeps: (field) => kept.has(field), requires: node.requires ?? [] })
    return tell(part, (field) => argumentsOf.get(field) ?? [])
  })
}

/** Each argument is a variable of the fetch, of which the plan says where its value stands. */
const tell = (node: FetchNode, argumentsOf: (field: FieldNode) => readonly TellingArgument[]): FetchNode => {
  const told = new Map<string, TellingArgument>()
  const fields = visit(documentOf(node), {
    Field: (field) => {
      const own = argumentsOf(field)
      if (own.length === 0) return undefined
      for (const one of own) told.set(one.variable, one)
      const given = own.map(({ argument, variable }) => argumentNode(argument.name, variable))
      return { ...field, arguments: [...(field.arguments ?? []), ...given] }
    },
  })
  if (told.size === 0) return node
  const definitions = [...told.values()].map(
    ({ argument: { type }, variable }) =>
      ({ kind: Kind.VARIABLE_DEFINITION, variable: variableNode(variable), type }) as const,
  )
  const document = visit(fields, {
    OperationDefinition: (operation) => ({
      ...operation,
      variableDefinitions: [...(operation.variableDefinitions ?? []), ...definitions],
    }),
  })
  return {
    ...node,
    operation: print(document),
    operationDocumentNode: document,
    variableUsages: [...(node.variableUsages ?? []), ...told.keys()],
    contextRewrites: [...told.values()].flatMap(({ sources, variable }) =>
      sources.map((source) => ({ kind: 'KeyRenamer' as const, path: pathTo(source), renameKeyTo: variable })),
    ),
  }
}

const variableNode = (value: string) => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } }) as const

const argumentNode = (name: string, variable: string) =>
  ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value: variableNode(variable) }) as const
