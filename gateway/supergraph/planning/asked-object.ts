import { Kind, print, type DirectiveNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql'
import { TYPENAME } from './keep-objects.ts'

/** An object that an operation leads to, and what is asked of it beyond what the caller selects. */
export class AskedObject {
  readonly isRoot: boolean
  readonly #conditions: number
  readonly #added = new Map<string, SelectionNode>()

  /** `conditions`: how many lead to it. */
  constructor(conditions: number, { isRoot } = { isRoot: false }) {
    this.#conditions = conditions
    this.isRoot = isRoot
  }

  /** Asks for a field where the object is of a type, under what `conditions` has beyond those that lead to it. */
  add(field: FieldNode, type: string, conditions: readonly DirectiveNode[]): void {
    const selections = this.isRoot ? [field] : [TYPENAME, fragment({ type, selections: [field] })]
    const under = conditions.slice(this.#conditions)
    const added = under.reduceRight<readonly SelectionNode[]>(
      (inner, condition) => [fragment({ condition, selections: inner })],
      selections,
    )
    for (const selection of added) this.#added.set(print(selection), selection)
  }

  /** What the caller selects of it, and that. */
  addTo(set: SelectionSetNode): SelectionSetNode {
    return this.#added.size === 0 ? set : { ...set, selections: [...set.selections, ...this.#added.values()] }
  }
}

interface Part {
  readonly type?: string
  readonly condition?: DirectiveNode
  readonly selections: readonly SelectionNode[]
}

const fragment = ({ type, condition, selections }: Part): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  ...(type !== undefined && {
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
  }),
  ...(condition && { directives: [condition] }),
  selectionSet: { kind: Kind.SELECTION_SET, selections },
})
