import { Kind, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'

/** The size of a selection set, fragments expanded. */
export interface Measure {
  readonly depth: number
  readonly fields: number
  readonly aliases: number
  readonly rootFields: number
}

const NOTHING: Measure = { depth: 0, fields: 0, aliases: 0, rootFields: 0 }

/** Measures in one walk: each fragment once, however often it is spread. Cycles, which validation refuses, end the walk. */
export const measurer = (
  fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
): ((set: SelectionSetNode) => Measure) => {
  const known = new Map<string, Measure>()

  const ofFragment = (name: string): Measure => {
    const present = known.get(name)
    if (present) return present
    known.set(name, NOTHING)
    const fragment = fragmentOf(name)
    const measured = fragment ? ofSelections(fragment.selectionSet) : NOTHING
    known.set(name, measured)
    return measured
  }

  const ofSelections = ({ selections }: SelectionSetNode): Measure => {
    let [depth, fields, aliases, rootFields] = [0, 0, 0, 0]
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const within = selection.selectionSet ? ofSelections(selection.selectionSet) : NOTHING
        // graphql-js bounds the depth of introspection by a rule of its own.
        const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type'
        depth = Math.max(depth, isIntrospection ? 1 : within.depth + 1)
        fields += within.fields + 1
        aliases += within.aliases + (selection.alias ? 1 : 0)
        rootFields++
        continue
      }
      const within =
        selection.kind === Kind.INLINE_FRAGMENT
          ? ofSelections(selection.selectionSet)
          : ofFragment(selection.name.value)
      depth = Math.max(depth, within.depth)
      fields += within.fields
      aliases += within.aliases
      rootFields += within.rootFields
    }
    return { depth, fields, aliases, rootFields }
  }

  return ofSelections
}
