import {
  Kind,
  OperationTypeNode,
  parse,
  print,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql'
import { familyOf, hasAddition, rulesAmong, valuesOf, type LocalNames } from './directives.ts'
import type { ModelField, ModelGraph, ModelInput, ModelKey, ModelType } from './rule.ts'

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))

const inputOf = ({ name, type, defaultValue }: InputValueDefinitionNode): ModelInput => ({
  name: name.value,
  type: print(type),
  hasDefault: defaultValue !== undefined,
})

const joins = (directives: readonly ConstDirectiveNode[], name: string) =>
  directives.filter((directive) => directive.name.value === `join__${name}`).map(valuesOf)

const textsOf = (values: readonly unknown[]): readonly string[] => [
  ...new Set(values.filter((value) => typeof value === 'string')),
]

/** `APP_PLATFORM` of the join specification is the subgraph `app-platform`. */
const graphNames = (document: DocumentNode): ReadonlyMap<string, string> => {
  const graphs = document.definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  )
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : []
  return new Map(
    values.map(({ name, directives = [] }) => [
      name.value,
      textsOf(joins(directives, 'graph').map((of) => of['name']))[0] ?? name.value,
    ]),
  )
}

interface Reading {
  readonly names: LocalNames
  readonly graphs: ReadonlyMap<string, string>
}

const subgraphsOf = (values: readonly unknown[], { graphs }: Reading): readonly string[] =>
  textsOf(values).map((graph) => graphs.get(graph) ?? graph)

const fieldOf = (node: FieldDefinitionNode, inSubgraphs: readonly string[], reading: Reading): ModelField => {
  const directives = node.directives ?? []
  const of = joins(directives, 'field').filter((join) => join['external'] !== true && join['usedOverridden'] !== true)
  const named = of.filter((join) => typeof join['graph'] === 'string')
  const has = (addition: string) => hasAddition(directives, reading.names, addition)
  return {
    name: node.name.value,
    type: namedType(node.type),
    inputs: (node.arguments ?? []).map(inputOf),
    rules: rulesAmong(directives, reading.names),
    isSensitive: has('sensitive'),
    isAudited: has('audited'),
    isCrossScope: has('crossScope'),
    subgraphs:
      named.length === 0
        ? inSubgraphs
        : subgraphsOf(
            named.map((join) => join['graph']),
            reading,
          ),
  }
}

const KIND_NAMES = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
} as const

const typeOf = (node: Composite, reading: Reading): ModelType => {
  const directives = node.directives ?? []
  const of = joins(directives, 'type')
  const subgraphs = subgraphsOf(
    of.map((join) => join['graph']),
    reading,
  )
  const keys: readonly ModelKey[] = of.flatMap((join) =>
    typeof join['key'] === 'string' && join['resolvable'] !== false
      ? subgraphsOf([join['graph']], reading).map((subgraph) => ({ subgraph, fields: String(join['key']) }))
      : [],
  )
  const fields = node.kind === Kind.UNION_TYPE_DEFINITION ? [] : (node.fields ?? [])
  const related = node.kind === Kind.UNION_TYPE_DEFINITION ? (node.types ?? []) : (node.interfaces ?? [])
  return {
    name: node.name.value,
    kind: KIND_NAMES[node.kind],
    rules: node.kind === Kind.OBJECT_TYPE_DEFINITION ? rulesAmong(directives, reading.names) : [],
    fields: new Map(fields.map((field) => [field.name.value, fieldOf(field, subgraphs, reading)])),
    related: related.map(({ name }) => name.value),
    keys,
    interfaceObjectIn: subgraphsOf(
      of.filter((join) => join['isInterfaceObject'] === true).map((join) => join['graph']),
      reading,
    ),
    subgraphs,
  }
}

const isMachinery = (name: string): boolean => /^(join|link|core)__/.test(name)

const rootsOf = (document: DocumentNode): ModelGraph['roots'] => {
  const named = new Map(
    document.definitions
      .flatMap((node) => (node.kind === Kind.SCHEMA_DEFINITION ? node.operationTypes : []))
      .map(({ operation, type }) => [operation, type.name.value] as const),
  )
  return {
    query: named.get(OperationTypeNode.QUERY) ?? 'Query',
    mutation: named.get(OperationTypeNode.MUTATION) ?? 'Mutation',
    subscription: named.get(OperationTypeNode.SUBSCRIPTION) ?? 'Subscription',
  }
}

/** Reads a supergraph from its text alone. Throws a syntax error for what is no GraphQL. */
export const readGraph = (sdl: string): ModelGraph => {
  const document = parse(sdl, { noLocation: true })
  const family = familyOf(document)
  const reading: Reading = { names: family ?? new Map(), graphs: graphNames(document) }
  const types = document.definitions
    .filter((node): node is Composite => Object.hasOwn(KIND_NAMES, node.kind))
    .filter(({ name }) => !isMachinery(name.value))
    .map((node) => typeOf(node, reading))
  const inputs = document.definitions.flatMap((node) =>
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && !isMachinery(node.name.value)
      ? [[node.name.value, (node.fields ?? []).map(inputOf)] as const]
      : [],
  )
  const enums = document.definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && !isMachinery(node.name.value)
      ? [[node.name.value, (node.values ?? []).map(({ name }) => name.value)] as const]
      : [],
  )
  return {
    roots: rootsOf(document),
    types: new Map(types.map((type) => [type.name, type])),
    inputs: new Map(inputs),
    enums: new Map(enums),
    usesScopes: family !== undefined,
  }
}
