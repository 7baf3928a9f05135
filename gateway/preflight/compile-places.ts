import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { carrierOf, guardsOf, isOwned, type OwnedRule } from '../../directives/applied-rules.ts'
import type { Rule, Rules } from '../../directives/rule.ts'
import { isGuarded, type GuardedRule } from '../../directives/verdict.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { collectFields } from '../../platform/graphql/execution/collect-fields.ts'
import type { Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import type { FieldPlace, ObjectPlace, Place, RowCheck } from './place.ts'
import { KNOWN_CALLER, Requirements, type Quantifier, type Requirement } from './requirements.ts'
import { rowFields, type RowFields } from './row-fields.ts'
import { contextBelow, originOf, UNKNOWN, type ScopeContext } from './scope-context.ts'
import { namingArgument, ScopeSources, type ScopeSource } from './scope-source.ts'

export interface PlacesParts {
  readonly schema: GraphQLSchema
  readonly fragments: Fragments
  readonly rules: Rules
  /** The values of the variables of `@skip` and `@include`. */
  readonly conditions: ReadonlyMap<string, boolean>
  /** A mutation runs only if all that it may return is permitted. */
  readonly isMutation: boolean
}

/** Everything that an operation asks of its caller, and where. */
export interface Places {
  readonly root: ObjectPlace
  readonly requirements: readonly Requirement[]
  /** Some scopes are known from fetched objects alone. */
  readonly hasRows: boolean
  readonly isSensitive: boolean
}

/** Operations pass the limits before: this bounds what abstract types make of them. */
const MAX_OBJECTS = 20_000

/** Walks an operation as its answer will be completed, each selection once for each type and each known scope. */
export const compilePlaces = (
  parts: PlacesParts,
  rootType: GraphQLObjectType,
  selectionSet: SelectionSetNode,
): Places => {
  const walk = new Walk(parts, rootType)
  const root = walk.object(rootType, [selectionSet], UNKNOWN)
  return { root, requirements: walk.requirements.list, hasRows: walk.hasRows, isSensitive: walk.isSensitive }
}

interface Asked {
  readonly scope: GuardedRule
  readonly context: ScopeContext
  readonly type: GraphQLObjectType
  readonly fields: RowFields
  readonly sensitive?: Rule['sensitive']
}

interface Checks {
  readonly checks: number[]
  readonly rows: RowCheck[]
}

class Walk {
  readonly requirements = new Requirements()
  readonly #parts: PlacesParts
  readonly #root: GraphQLObjectType
  readonly #objects = new Map<string, ObjectPlace>()
  readonly #sources = new ScopeSources()
  readonly #ids = new Map<object, number>()
  hasRows = false
  isSensitive = false

  constructor(parts: PlacesParts, root: GraphQLObjectType) {
    this.#parts = parts
    this.#root = root
  }

  object(type: GraphQLObjectType, sets: readonly SelectionSetNode[], context: ScopeContext, named?: ScopeSource) {
    const key = [
      type.name,
      this.#contextKey(context),
      named ? this.#id(named) : '',
      ...sets.map((set) => this.#id(set)),
    ]
    const text = key.join()
    const known = this.#objects.get(text)
    if (known) return known
    if (this.#objects.size >= MAX_OBJECTS) throw catalogued('OPERATION_TOO_LARGE')
    const made = this.#makeObject(type, sets, context, named)
    this.#objects.set(text, made)
    return made
  }

  #makeObject(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    context: ScopeContext,
    named: ScopeSource | undefined,
  ): ObjectPlace {
    const { schema, fragments, conditions, rules } = this.#parts
    const collected = collectFields({ schema, fragments, conditions }, type, sets)
    const fields = rowFields(type, collected)
    const own: Checks = { checks: [], rows: [] }
    const scopes = rules.get(type.name)?.scopes ?? []
    for (const scope of scopes.filter(isGuarded)) {
      this.#ask(own, { scope, context, type, fields })
      if (named) own.checks.push(this.#require(scope, named, 'named', undefined))
    }
    const below = contextBelow(scopes, context)
    const places = new Map<string, FieldPlace>()
    for (const [key, nodes] of collected) {
      const [node] = nodes
      const definition = node && type.getFields()[node.name.value]
      if (node && definition) places.set(key, this.#field({ type, key, nodes, node, definition, below, fields }))
    }
    return { type, ...own, fields: places, added: fields.added, isNameless: named !== undefined && scopes.length === 0 }
  }

  #field(at: {
    readonly type: GraphQLObjectType
    readonly key: string
    readonly nodes: readonly FieldNode[]
    readonly node: FieldNode
    readonly definition: GraphQLField<unknown, unknown>
    readonly below: ScopeContext
    readonly fields: RowFields
  }): FieldPlace {
    const { type, key, nodes, node, definition, below, fields } = at
    const coordinate = `${type.name}.${definition.name}`
    const rule = this.#parts.rules.get(coordinate)
    const own: Checks = { checks: [], rows: [] }
    const sensitive = rule?.sensitive
    if (sensitive) this.isSensitive = true
    let source: { scope: OwnedRule; source: ScopeSource } | undefined
    for (const scope of guardsOf(rule, this.#parts.rules.get(type.name))) {
      if (isOwned(scope) && scope.path && rule?.scopes.includes(scope)) {
        source = { scope, source: this.#sources.of(coordinate, definition, node, scope.path) }
        own.checks.push(KNOWN_CALLER, this.#require(scope, source.source, 'each', sensitive))
      } else this.#ask(own, { scope, context: below, type, fields, sensitive })
    }
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const returned = getNamedType(definition.type)
    const context = source
      ? { kind: source.scope.kind, source: source.source }
      : rule?.crossScope
        ? UNKNOWN
        : contextBelow(rule?.scopes ?? [], below)
    const child = isCompositeType(returned)
      ? this.#place(
          returned,
          selectionSets,
          context,
          type === this.#root ? namingArgument(definition, node) : undefined,
        )
      : undefined
    return { key, coordinate, nodes, ...own, isList: isListType(getNullableType(definition.type)), child }
  }

  #place(
    declared: GraphQLCompositeType,
    selectionSets: readonly SelectionSetNode[],
    context: ScopeContext,
    naming: ScopeSource | undefined,
  ): Place {
    const possible = isObjectType(declared) ? [declared] : this.#parts.schema.getPossibleTypes(declared)
    const named = isAbstractType(declared) && !('source' in context) ? naming : undefined
    const types = new Map(possible.map((type) => [type.name, this.object(type, selectionSets, context, named)]))
    return { declared, selectionSets, types }
  }

  /** Adds what one rule asks at a place: beforehand where its scope is known, of each object where it is not. */
  #ask(into: Checks, { scope, context, type, fields, sensitive }: Asked): void {
    into.checks.push(KNOWN_CALLER)
    const isRoot = type === this.#root
    const origin = isRoot && scope.kind !== 'self' ? ({ from: 'caller' } as const) : originOf(scope, context)
    const below: Quantifier = this.#parts.isMutation ? 'each' : 'some'
    if (origin.from === 'argument') into.checks.push(this.#require(scope, origin.source, below, sensitive))
    if (origin.from === 'caller' || scope.kind === 'self')
      into.checks.push(this.#require(scope, undefined, 'each', sensitive))
    if (origin.from === 'caller' || isRoot) return
    const carrier = carrierOf(scope, this.#parts.rules.get(type.name))
    const isSettled =
      origin.from === 'argument' ? !origin.source.isList : origin.from === 'decided' && sensitive === undefined
    // A thing that names its scope beside its id may contradict what was asked for: what it says is decided too.
    if (isSettled && (carrier === undefined || carrier === 'id')) return
    const field = carrier ?? 'id'
    const read = carrier === undefined ? undefined : fields.reader(carrier)
    // A thing that does not say whose it is counts as the caller's, whoever that is.
    if (scope.kind === 'self' && !read) return
    into.rows.push({ scope, field, read, sensitive, isSettled })
    this.hasRows = true
  }

  #require(
    scope: GuardedRule,
    source: ScopeSource | undefined,
    quantifier: Quantifier,
    sensitive: Rule['sensitive'],
  ): number {
    return this.requirements.add({ scope, source, quantifier, sensitive })
  }

  #id(of: object): number {
    const known = this.#ids.get(of)
    if (known !== undefined) return known
    this.#ids.set(of, this.#ids.size)
    return this.#ids.size - 1
  }

  #contextKey(context: ScopeContext): string {
    if (!('source' in context)) return context.kind
    const { kind, source } = context
    return source === 'object' ? `${kind}:${context.decided.join(' ')}` : `${kind}#${this.#id(source)}`
  }
}
