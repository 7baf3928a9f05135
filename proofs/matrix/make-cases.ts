import type { Case, Cases, Untested } from './case.ts'
import { argumentValues, NoValue, thingNamed, type ValueSource } from './values.ts'
import type { Place } from '../model/expectation.ts'
import type { ModelField, ModelGraph, ModelRule, ModelType } from '../model/rule.ts'

type Operation = Case['operation']

const selectionOf = (graph: ModelGraph, type: string): string => (graph.types.has(type) ? ' { __typename }' : '')

const objectRules = (graph: ModelGraph, type: string): readonly ModelRule[] => graph.types.get(type)?.rules ?? []

const freshnessOf = ({ isSensitive }: ModelField): Case['freshness'] => (isSensitive ? 'fresh second factor' : 'any')

/** The arguments of a field as it is asked: declared as variables, passed on. */
const call = (field: ModelField, names: readonly string[]) => {
  const used = field.inputs.filter(({ name }) => names.includes(name))
  const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ')
  return { declared, passed: passed === '' ? field.name : `${field.name}(${passed})` }
}

const scopePathsOf = ({ rules }: ModelField) => rules.flatMap(({ path }) => (path === undefined ? [] : [path]))

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/**
 * Where the thing lives that the scope's argument names. A field of the caller's own that is given somebody's things
 * asks for what is theirs; any other asks for no thing.
 */
const placeOf = (field: ModelField, coordinate: string, values: object, source: ValueSource): Place => {
  const name = scopePathsOf(field)[0]?.at(-1)
  if (name !== undefined) return thingNamed(source, name, coordinate, field.type).place
  if (!field.rules.some(({ kind }) => kind === 'self')) return {}
  const given = new Set(textsIn(values))
  return [...source.target.values()].find(({ key, place }) => place.user !== undefined && given.has(key))?.place ?? {}
}

const doorsOf = (subgraphs: readonly string[]): readonly Case['door'][] => [
  { kind: 'gateway' },
  ...subgraphs.map((name) => ({ kind: 'subgraph', name }) as const),
]

const rootCases = (operation: Operation, root: ModelType, field: ModelField, source: ValueSource): readonly Case[] => {
  const coordinate = `${root.name}.${field.name}`
  const wanted = { coordinate, returns: field.type, scopePaths: scopePathsOf(field) }
  const variables = () => argumentValues(field.inputs, source, wanted)
  const { declared, passed } = call(field, Object.keys(variables()))
  const query = `${operation} Proof${declared === '' ? '' : `(${declared})`} { it: ${passed}${selectionOf(source.graph, field.type)} }`
  const rules = [...field.rules, ...objectRules(source.graph, field.type)]
  const place = placeOf(field, coordinate, variables(), source)
  return doorsOf(field.subgraphs).map((door) => ({
    ...{ coordinate, door, operation, query, variables, path: ['it'], answers: 'thing', rules, place },
    freshness: freshnessOf(field),
  }))
}

const representationOf = (type: ModelType, key: string, source: ValueSource) => {
  const thing = source.target.get(type.name)
  if (!/^\w+$/.test(key)) throw new NoValue(`the key "${key}" is not one field`)
  if (thing === undefined) throw new NoValue(`nothing in the world is a ${type.name}`)
  return { place: thing.place, representation: { __typename: type.name, [key]: thing.key } }
}

/** As a federation router asks: by key, past every root field. */
const entityCase = (type: ModelType, { subgraph, fields }: ModelType['keys'][number], source: ValueSource): Case => {
  const { place, representation } = representationOf(type, fields, source)
  return {
    coordinate: `${type.name}(${fields})`,
    door: { kind: 'subgraph', name: subgraph },
    operation: 'query',
    query: `query Proof($of: [_Any!]!) { _entities(representations: $of) { ... on ${type.name} { ${fields} } } }`,
    variables: () => ({ of: [representation] }),
    ...{ path: ['_entities', 0], answers: 'thing', rules: type.rules, place, freshness: 'any' },
  }
}

/** Clients have no `_entities`: whoever asks the gateway for it is refused, the owner too. */
const closedEntityCase = (type: ModelType, fields: string, source: ValueSource): Case => ({
  ...entityCase(type, { subgraph: '', fields }, source),
  door: { kind: 'gateway' },
  refusal: 'GRAPHQL_VALIDATION_FAILED',
})

const fieldCases = (type: ModelType, field: ModelField, source: ValueSource): readonly Case[] => {
  const coordinate = `${type.name}.${field.name}`
  const wanted = { coordinate, returns: field.type, scopePaths: scopePathsOf(field) }
  const variables = () => argumentValues(field.inputs, source, wanted)
  const { declared, passed } = call(field, Object.keys(variables()))
  const selection = `it: ${passed}${selectionOf(source.graph, field.type)}`
  const shared = { coordinate, operation: 'query', answers: 'field', freshness: freshnessOf(field) } as const
  const direct = type.keys
    .filter(({ subgraph }) => field.subgraphs.includes(subgraph))
    .map((key): Case => {
      const { place, representation } = representationOf(type, key.fields, source)
      return {
        ...shared,
        door: { kind: 'subgraph', name: key.subgraph },
        query: `query Proof($of: [_Any!]!${declared === '' ? '' : `, ${declared}`}) { _entities(representations: $of) { ... on ${type.name} { ${selection} } } }`,
        variables: () => ({ of: [representation], ...variables() }),
        ...{ path: ['_entities', 0, 'it'], rules: [...type.rules, ...field.rules], place },
      }
    })
  if (direct.length === 0) throw new NoValue(`${type.name} has no key to ask by`)
  return [...direct, ...throughRoot(type, selection, declared, variables, field, source, shared)]
}

/** The same field through the gateway, where a root field gives the thing by its id. */
const throughRoot = (
  type: ModelType,
  selection: string,
  declared: string,
  variables: Case['variables'],
  field: ModelField,
  source: ValueSource,
  shared: Pick<Case, 'coordinate' | 'operation' | 'answers' | 'freshness'>,
): readonly Case[] => {
  const roots = source.graph.types.get(source.graph.roots.query)?.fields.values() ?? []
  const root = [...roots].find((candidate) => candidate.type === type.name && scopePathsOf(candidate).length === 1)
  const argument = root && scopePathsOf(root)[0]
  if (root === undefined || argument?.length !== 1) return []
  const thing = thingNamed(source, argument[0] ?? '', `${source.graph.roots.query}.${root.name}`, type.name)
  const rules = [...root.rules, ...type.rules, ...field.rules]
  return [
    {
      ...shared,
      door: { kind: 'gateway' },
      query: `query Proof($of: ID!${declared === '' ? '' : `, ${declared}`}) { of: ${root.name}(${String(argument[0])}: $of) { ${selection} } }`,
      variables: () => ({ of: thing.key, ...variables() }),
      ...{ path: ['of', 'it'], rules, place: thing.place },
    },
  ]
}

/** Every root field, entity key and guarded field of a graph, as cases; what cannot be made into one is named. */
export const makeCases = (source: ValueSource): Cases => {
  const { types, roots } = source.graph
  const cases: Case[] = []
  const untested: Untested[] = []
  const coordinates = { root: 0, entity: 0, field: 0 }
  const attempt = (kind: keyof typeof coordinates, coordinate: string, make: () => readonly Case[]): void => {
    coordinates[kind] += 1
    try {
      cases.push(...make())
    } catch (fault) {
      if (!(fault instanceof NoValue)) throw fault
      untested.push({ coordinate, why: fault.message })
    }
  }
  for (const operation of ['query', 'mutation', 'subscription'] as const) {
    const root = types.get(roots[operation])
    for (const field of root?.fields.values() ?? []) {
      if (root) attempt('root', `${root.name}.${field.name}`, () => rootCases(operation, root, field, source))
    }
  }
  const rootNames: readonly string[] = Object.values(roots)
  for (const type of types.values()) {
    for (const key of type.keys) {
      const coordinate = `${type.name}(${key.fields}) in ${key.subgraph}`
      attempt('entity', coordinate, () => [entityCase(type, key, source), closedEntityCase(type, key.fields, source)])
    }
    if (type.kind !== 'object' || rootNames.includes(type.name)) continue
    for (const field of type.fields.values()) {
      if (field.rules.length === 0) continue
      attempt('field', `${type.name}.${field.name}`, () => fieldCases(type, field, source))
    }
  }
  return { cases, untested, coordinates }
}
