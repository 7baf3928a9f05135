import { Kind, parse, print, type ConstDirectiveNode } from 'graphql'
import { allowContexts } from './allow-contexts.ts'
import { contextsIn, type Telling } from './contexts.ts'
import { hideFields } from './hidden-fields.ts'
import { argumentOf, isTypeDefinition, typesIn, type TypeDefinition } from './join-directives.ts'
import { graphsOf } from './graph-names.ts'
import { interfaceObjectsIn } from './interface-objects.ts'
import { narrowedFields } from './narrowed-fields.ts'
import { overridesIn, type Overrides } from './overrides.ts'
import type { RequiredFields } from './required-fields.ts'
import { linkSubgraphs } from './link-subgraphs.ts'
import { nameRequirements } from './name-requirements.ts'
import { requiredNames } from './required-names.ts'
import { requirementsOf } from './requirements-of.ts'
import type { StandingObjects } from './standing-objects.ts'
import { toldFields } from './told-fields.ts'

/** A supergraph as the planner is given it. */
export interface PlanningSdl {
  readonly sdl: string
  readonly required: RequiredFields
  /** What plans ask for under its own name although the caller did not. */
  readonly names: ReadonlySet<string>
  /** Fields of which some subgraph knows fewer types than there are. */
  readonly narrowed: ReadonlySet<string>
  readonly overrides: Overrides
  /** Whether a subgraph knows an interface as one object. */
  readonly isInterfaceObject: (subgraph: string, type: string) => boolean
  /** Whether fetches of entities are split or changed once they are planned. */
  readonly changesFetches: boolean
  /** What fields are told of contexts; undefined where there are none. */
  readonly telling: Telling | undefined
  /** The subgraphs that stand behind those that are there for the planner alone, by the names of these. */
  readonly originals: ReadonlyMap<string, string>
  /** Of these, by their names, the objects that stand for an interface that the original knows as one object. */
  readonly standing: ReadonlyMap<string, StandingObjects>
}

const NONE: ReadonlySet<string> = new Set()

/**
 * Says the same as the supergraph, in a way that the planner (2.14) plans right: keys that can be resolved come first
 * (it enters a subgraph by the first one), and a field that is required with arguments is one of its own.
 */
export const planningSdl = (sdl: string): PlanningSdl => {
  const given = parse(sdl, { noLocation: true })
  const told = toldFields(allowContexts(given))
  const { document, originals, standing } = linkSubgraphs(told.document, told.links)
  const types = typesIn(document.definitions)
  const { byName, namesOf, rewrite } = nameRequirements(types)
  const graphs = graphsOf(document)
  const rewritten = [...types.values()].map(rewrite)
  const { needs, keys, isEmpty } = requirementsOf(rewritten)
  const required: RequiredFields = {
    byName,
    keys,
    hasNoRequirements: isEmpty,
    needs: (subgraph, type, field) => needs(graphs.get(subgraph) ?? '', type, field),
    of: (subgraph, type, field) =>
      namesOf.get(`${graphs.get(subgraph) ?? ''} ${type}.${byName.get(field)?.name ?? field}`) ?? NONE,
  }
  const isOrdered = [...types.values()].every((type) => orderKeys(type) === type)
  const names = requiredNames(types)
  const overrides = overridesIn(types)
  const contexts = contextsIn(given, new Map(rewritten.map((type) => [type.name.value, type])))
  const telling: Telling = {
    ...{ contexts, standIn: told.name },
    fieldOf: (name) => byName.get(name)?.name ?? name,
    toldTo: (subgraph, type, field) => contexts.toldTo(type, field, graphs.get(originals.get(subgraph) ?? subgraph)),
  }
  const interfaceObjects = interfaceObjectsIn(types)
  const isInterfaceObject = (subgraph: string, type: string) =>
    interfaceObjects.has(graphs.get(originals.get(subgraph) ?? subgraph) ?? '', type)
  const rest = {
    required,
    names,
    narrowed: narrowedFields(types),
    overrides,
    isInterfaceObject,
    changesFetches: !isEmpty || !interfaceObjects.isEmpty || told.name !== '',
    originals,
    standing,
    telling: told.name === '' ? undefined : telling,
  }
  if (isOrdered && byName.size === 0 && document === given) return { sdl, ...rest }
  const definitions = document.definitions.map((node) => (isTypeDefinition(node) ? orderKeys(rewrite(node)) : node))
  const hidden = [...byName.keys(), ...(told.name === '' ? [] : [told.name])]
  return { sdl: print(hideFields({ ...document, definitions }, hidden)), ...rest }
}

const isResolvable = (join: ConstDirectiveNode): boolean => {
  const resolvable = argumentOf(join, 'resolvable')
  return resolvable?.kind !== Kind.BOOLEAN || resolvable.value
}

const orderKeys = (type: TypeDefinition): TypeDefinition => {
  const directives = type.directives ?? []
  const joins = directives.filter(({ name }) => name.value === 'join__type')
  const ordered = [...joins.filter(isResolvable), ...joins.filter((join) => !isResolvable(join))]
  if (ordered.every((join, index) => join === joins[index])) return type
  return { ...type, directives: [...directives.filter(({ name }) => name.value !== 'join__type'), ...ordered] }
}
