import {
  isInterfaceType,
  isObjectType,
  Kind,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Changes, Guarding } from './guarding.ts'
import {
  denyingField,
  denyingObject,
  type AddedField,
  type FieldPlace,
  type IsDenied,
  type ObjectPlace,
  type Place,
} from './place.ts'

/**
 * What is to be planned and fetched of an operation: what is denied left out, the fields that carry scopes put in.
 * Undefined for nothing at all. What stays is what a permitted caller would have sent.
 */
export const rewriteOperation = (
  operation: OperationDefinitionNode,
  { root, isDenied, changes }: Guarding,
): OperationDefinitionNode | undefined => {
  if (!changes.object(root)) return operation
  const selections = new Rewriter(isDenied, changes).fieldsOf(root)
  return selections.length === 0 ? undefined : { ...operation, selectionSet: selectionSetOf(selections) }
}

class Rewriter {
  readonly #isDenied: IsDenied
  readonly #changes: Changes

  constructor(isDenied: IsDenied, changes: Changes) {
    this.#isDenied = isDenied
    this.#changes = changes
  }

  fieldsOf(object: ObjectPlace, except: ReadonlySet<string> = new Set()): SelectionNode[] {
    if (denyingObject(object, this.#isDenied).length > 0) return []
    const fields = [...object.fields.values()].filter((field) => !except.has(field.key) && !this.#denies(field))
    return [...fields.map((field) => this.#field(field)), ...object.added.map(addedField)]
  }

  #denies(field: FieldPlace): boolean {
    return denyingField(field, this.#isDenied).length > 0
  }

  #field({ nodes, child }: FieldPlace): FieldNode {
    const [first] = nodes
    if (!first) throw new Error('A field of the answer that nobody selected')
    // What is skipped with these variables is gone already.
    const { selectionSet: _, directives: __, ...field } = first
    return child ? { ...field, selectionSet: this.#place(child) } : field
  }

  #place(place: Place): SelectionSetNode {
    if (!this.#changes.place(place)) return selectionSetOf(place.selectionSets.flatMap(({ selections }) => selections))
    const objects = [...place.types.values()]
    const [only] = objects
    if (only && isObjectType(place.declared)) {
      const selections = this.fieldsOf(only)
      // A null must stay told from an object of which everything is denied.
      return selectionSetOf(selections.length > 0 ? selections : [TYPENAME])
    }
    const common = this.#common(place, objects)
    const [first] = objects
    const shared = first ? [...first.fields.values()].filter(({ key }) => common.has(key)) : []
    const byType = objects.flatMap((object) => {
      const selections = this.fieldsOf(object, common)
      return selections.length > 0 ? [onType(object.type.name, selections)] : []
    })
    return selectionSetOf([TYPENAME, ...shared.map((field) => this.#field(field)), ...byType])
  }

  /** What an interface is asked for as a whole, because it is the same for every type. */
  #common({ declared }: Place, [first, ...others]: readonly ObjectPlace[]): ReadonlySet<string> {
    if (!first || !isInterfaceType(declared)) return new Set()
    const isFree = (object: ObjectPlace): boolean => denyingObject(object, this.#isDenied).length === 0
    if (![first, ...others].every(isFree)) return new Set()
    const shared = [...first.fields.values()].filter(
      (field) =>
        Object.hasOwn(declared.getFields(), field.nodes[0]?.name.value ?? '') &&
        !this.#denies(field) &&
        others.every(({ fields }) => this.#isSame(field, fields.get(field.key))),
    )
    return new Set(shared.map(({ key }) => key))
  }

  #isSame(field: FieldPlace, other: FieldPlace | undefined): boolean {
    if (!other || this.#denies(other) || other.nodes.length !== field.nodes.length) return false
    if (!other.nodes.every((node, index) => node === field.nodes[index])) return false
    const isFixed = ({ child }: FieldPlace): boolean => !child || !this.#changes.place(child)
    return isFixed(field) && isFixed(other)
  }
}

const selectionSetOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
})

const fieldNode = (name: string, alias?: string): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
  ...(alias !== undefined && { alias: { kind: Kind.NAME, value: alias } }),
})

const TYPENAME = fieldNode('__typename')

const addedField = ({ key, name }: AddedField): FieldNode => fieldNode(name, key === name ? undefined : key)

const onType = (name: string, selections: readonly SelectionNode[]): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
  selectionSet: selectionSetOf(selections),
})
