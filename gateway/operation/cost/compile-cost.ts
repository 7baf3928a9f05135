import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  valueFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { CostDirectives, ListSize } from './cost-directives.ts'

type Variables = Readonly<Record<string, unknown>>

/** What an operation may cost with these variables, which are coerced: defaults are applied. */
export type OperationCost = (variables: Variables) => number

export interface CostParts {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly directives: CostDirectives
}

/** Items of a list whose length nothing bounds. */
const ASSUMED_ITEMS = 10
/** Items of a page that names no size. */
const DEFAULT_PAGE = 20
const MUTATION_WEIGHT = 10
/** A page that is asked to be larger counts as this large: whoever serves it knows a smaller bound, and says so. */
const MOST_ITEMS = 100_000

/** The Relay connection: `first` and `last` say how many edges there are. */
const CONNECTION: ListSize = { assumed: DEFAULT_PAGE, slicing: ['first', 'last'], sized: ['edges', 'nodes'] }

/**
 * Compiles the static cost of an operation, an upper bound of the work that it may cause: one for each object that may
 * be returned, a list counted by what its arguments ask for, ten for a mutation, nothing for a leaf; `@cost` and
 * `@listSize` of the supergraph say otherwise (https://specs.apollo.dev/cost/v0.1, after IBM's cost specification).
 * What `@skip` and `@include` leave out costs nothing; of exclusive fragments all count.
 */
export const compileCost = ({ schema, operation, fragments, directives }: CostParts): OperationCost => {
  const { weights, listSizes } = directives
  const root = schema.getRootType(operation.operation)
  const base = operation.operation === OperationTypeNode.MUTATION ? MUTATION_WEIGHT : 0

  const ofField = (parent: GraphQLNamedType, node: FieldNode, sizes: Sizes): OperationCost => {
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!definition) return free
    const type = getNamedType(definition.type)
    const own = weights.get(`${parent.name}.${definition.name}`) ?? (parent === root ? base : 0)
    const each = weights.get(type.name) ?? (isCompositeType(type) ? 1 : 0)
    const listSize = listSizes.get(`${parent.name}.${definition.name}`) ?? impliedSize(definition)
    const count = listSize && countOf(listSize, definition, node)
    const within = node.selectionSet
      ? ofSelections(type, node.selectionSet, new Map(listSize?.sized.map((name) => [name, count])))
      : free
    const items = itemsOf(definition.type, listSize?.sized.length === 0 ? count : sizes.get(definition.name))
    return (variables) => own + items(variables) * (each + within(variables))
  }

  const ofSelection = (parent: GraphQLNamedType, node: SelectionNode, sizes: Sizes): OperationCost => {
    if (node.kind === Kind.FIELD) return ofField(parent, node, sizes)
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
    const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value)
    return fragment ? ofSelections(condition ?? parent, fragment.selectionSet, sizes) : free
  }

  const ofSelections = (parent: GraphQLNamedType, { selections }: SelectionSetNode, sizes: Sizes): OperationCost => {
    const costs = selections
      .map((node) => whereIncluded(node, ofSelection(parent, node, sizes)))
      .filter((cost) => cost !== free)
    if (costs.length === 0) return free
    return (variables) => {
      let sum = 0
      for (const cost of costs) sum += cost(variables)
      return sum
    }
  }

  return root ? ofSelections(root, operation.selectionSet, new Map()) : free
}

type Count = (variables: Variables) => number

/** How many items the fields of an object hold, where the field that returned it was asked for so many. */
type Sizes = ReadonlyMap<string, Count | undefined>

const free: OperationCost = () => 0
const once: Count = () => 1

/** A field that takes a page's size returns a connection. */
const impliedSize = ({ type, args }: GraphQLField<unknown, unknown>): ListSize | undefined => {
  const named = getNamedType(type)
  const isPaged = args.some(({ name }) => CONNECTION.slicing.includes(name))
  if (!isPaged || !isObjectType(named)) return undefined
  const fields = named.getFields()
  return CONNECTION.sized.some((name) => name in fields) ? CONNECTION : undefined
}

/** The largest of the arguments that say how many; what is assumed where none of them does. */
const countOf = ({ slicing, assumed }: ListSize, { args }: GraphQLField<unknown, unknown>, node: FieldNode): Count => {
  const readers = slicing.flatMap((name) => {
    const definition = args.find((argument) => argument.name === name)
    if (!definition) return []
    const written = node.arguments?.find((argument) => argument.name.value === name)?.value
    if (written?.kind === Kind.VARIABLE) {
      const variable = written.name.value
      return [(variables: Variables): unknown => variables[variable] ?? definition.defaultValue]
    }
    const value: unknown = written ? valueFromAST(written, definition.type) : definition.defaultValue
    return [(): unknown => value]
  })
  return (variables) => {
    const asked = readers.map((read) => read(variables)).filter((value) => typeof value === 'number')
    return asked.length === 0 ? (assumed ?? ASSUMED_ITEMS) : Math.min(Math.max(0, ...asked), MOST_ITEMS)
  }
}

/** A list within a list holds as many again as are assumed. */
const itemsOf = (type: GraphQLOutputType, count: Count | undefined): Count => {
  if (isNonNullType(type)) return itemsOf(type.ofType, count)
  if (!isListType(type)) return once
  const inner = itemsOf(type.ofType, undefined)
  return (variables) => (count?.(variables) ?? ASSUMED_ITEMS) * inner(variables)
}

/** Nothing where `@skip` or `@include` leaves it out. */
const whereIncluded = ({ directives = [] }: SelectionNode, cost: OperationCost): OperationCost => {
  const conditions = directives.flatMap(({ name, arguments: args = [] }) => {
    const value = args.find((argument) => argument.name.value === 'if')?.value
    if (value === undefined || (name.value !== 'skip' && name.value !== 'include')) return []
    const wanted = name.value === 'include'
    if (value.kind === Kind.BOOLEAN) return [() => value.value === wanted]
    const variable = value.kind === Kind.VARIABLE ? value.name.value : ''
    return [(variables: Variables) => (variables[variable] === true) === wanted]
  })
  if (conditions.length === 0 || cost === free) return cost
  return (variables) => (conditions.every((holds) => holds(variables)) ? cost(variables) : 0)
}
