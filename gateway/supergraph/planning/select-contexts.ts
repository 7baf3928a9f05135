import {
  Kind,
  print,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { AskedObject } from './asked-object.ts'
import type { ContextArgument } from './context-arguments.ts'
import { contextFields, unusedNames, waysBelow } from './context-fields.ts'
import type { Contexts } from './contexts.ts'
import { fragmentsOf } from './fragments-of.ts'
import { conditionOn, type ContextSource } from './plan-path.ts'

/** An operation that asks for everything that its fields are to be told. */
export interface ToldOperation {
  readonly document: DocumentNode
  /** Of a field of the object at a path of response names: the nearest first. */
  readonly sourcesOf: (
    path: readonly string[],
    coordinate: string,
    argument: ContextArgument,
  ) => readonly ContextSource[]
}

/** An object on the way, and of which types it can be there. */
interface Passed {
  readonly asked: AskedObject
  readonly possible: readonly string[]
}

interface Place extends Passed {
  readonly type: string
  readonly above: readonly Passed[]
  readonly path: readonly string[]
  readonly conditions: readonly DirectiveNode[]
}

/**
 * Adds what fields are told of the objects above them (`@fromContext`) to what is asked of these, under names that the caller
 * does not use: so it is fetched as everything else is, and under the conditions under which the fields are.
 */
export const selectContexts = (document: DocumentNode, contexts: Contexts): ToldOperation => {
  const sources = new Map<string, readonly ContextSource[]>()
  const aliasOf = unusedNames(document)

  const walk = (set: SelectionSetNode, at: Place): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return { ...selection, selectionSet: walk(selection.selectionSet, within(at, selection)) }
      tell(selection, at)
      const below = placeBelow(selection, at)
      if (!below || !selection.selectionSet) return selection
      return { ...selection, selectionSet: below.asked.addTo(walk(selection.selectionSet, below)) }
    }),
  })

  const within = (at: Place, { typeCondition, directives = [] }: InlineFragmentNode): Place => {
    const type = typeCondition?.name.value ?? at.type
    const objects = new Set(contexts.objectsOf(type))
    const possible = at.possible.filter((one) => objects.has(one))
    return { ...at, type, possible, conditions: [...at.conditions, ...directives] }
  }

  const placeBelow = (field: FieldNode, at: Place): Place | undefined => {
    const type = contexts.fieldType(at.type, field.name.value)
    if (type === undefined) return undefined
    const conditions = [...at.conditions, ...(field.directives ?? [])]
    return {
      ...{ type, conditions, possible: contexts.objectsOf(type), asked: new AskedObject(conditions.length) },
      above: [...at.above, at],
      path: [...at.path, (field.alias ?? field.name).value],
    }
  }

  const tell = ({ name, directives = [] }: FieldNode, at: Place): void => {
    const here = { ...at, conditions: [...at.conditions, ...directives] }
    for (const type of at.possible)
      for (const argument of contexts.toldTo(type, name.value)) select(argument, `${type}.${name.value}`, here)
  }

  const select = (argument: ContextArgument, coordinate: string, { above, path, conditions }: Place): void => {
    const setters = new Set(contexts.settersOf(argument.context).flatMap(contexts.objectsOf))
    const found: ContextSource[] = []
    for (const [depth, { asked, possible }] of [...above.entries()].toReversed()) {
      const setting = possible.filter((one) => setters.has(one))
      for (const { type, field } of contextFields(argument, setting, contexts)) {
        const alias = aliasOf(print(field))
        asked.add({ ...field, alias: { kind: Kind.NAME, value: alias } }, type, conditions)
        const start = asked.isRoot ? [alias] : [conditionOn(type), alias]
        for (const way of waysBelow(field)) found.push({ up: above.length - depth, way: [...start, ...way] })
      }
      if (setting.length > 0 && setting.length === possible.length) break
    }
    const key = keyOf(path, coordinate, argument)
    const all = new Map([...(sources.get(key) ?? []), ...found].map((source) => [JSON.stringify(source), source]))
    sources.set(
      key,
      [...all.values()].toSorted((one, other) => one.up - other.up),
    )
  }

  const definitions = withoutSpreads(document).definitions.flatMap((node) => {
    const type = node.kind === Kind.OPERATION_DEFINITION ? contexts.rootType(node.operation) : undefined
    if (node.kind !== Kind.OPERATION_DEFINITION || type === undefined) return []
    const asked = new AskedObject(0, { isRoot: true })
    const selectionSet = walk(node.selectionSet, {
      ...{ type, asked, possible: [type] },
      above: [],
      path: [],
      conditions: [],
    })
    return [{ ...node, selectionSet: asked.addTo(selectionSet) }]
  })
  return {
    document: sources.size === 0 ? document : { ...document, definitions },
    sourcesOf: (path, coordinate, argument) => sources.get(keyOf(path, coordinate, argument)) ?? [],
  }
}

const keyOf = (path: readonly string[], coordinate: string, { name, context, selection }: ContextArgument): string =>
  JSON.stringify([path, coordinate, name, context, print(selection)])

/** Fragments where they are used: at two places they are told two things. */
const withoutSpreads = (document: DocumentNode): DocumentNode => {
  const fragments = fragmentsOf(document)
  return visit(document, {
    FragmentSpread: ({ name, directives = [] }) => {
      const fragment = fragments.get(name.value)
      if (!fragment) return undefined
      const { typeCondition, selectionSet } = fragment
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }
    },
  })
}
