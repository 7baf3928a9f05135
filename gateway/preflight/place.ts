import type { FieldNode, GraphQLCompositeType, GraphQLObjectType, SelectionSetNode } from 'graphql'
import type { Rule } from '../../directives/rule.ts'
import type { GuardedRule } from '../../directives/verdict.ts'
import type { Read } from '../execution/data.ts'

/** A place of the answer that holds objects: what an object of each type that may stand there is asked for. */
export interface Place {
  readonly declared: GraphQLCompositeType
  /** What the client selects here. */
  readonly selectionSets: readonly SelectionSetNode[]
  readonly types: ReadonlyMap<string, ObjectPlace>
}

/** The objects of one type at one place. */
export interface ObjectPlace {
  readonly type: GraphQLObjectType
  /** Requirements by number, decided before anything is fetched: with one denied, so is every object of the type here. */
  readonly checks: readonly number[]
  /** Decided for each object, by the id that it brings. */
  readonly rows: readonly RowCheck[]
  /** By response name, `__typename` and introspection left out. */
  readonly fields: ReadonlyMap<string, FieldPlace>
  /** Fields that carry scopes and that the client did not select: fetched, read, and not shown. */
  readonly added: readonly AddedField[]
  /** True where an id names what is asked for: a type without a rule has no ids. */
  readonly isNameless: boolean
}

/** One field of the answer, wherever the client wrote it. */
export interface FieldPlace {
  readonly key: string
  readonly coordinate: string
  readonly nodes: readonly FieldNode[]
  readonly checks: readonly number[]
  /** Decided for each object that has the field. */
  readonly rows: readonly RowCheck[]
  readonly isList: boolean
  /** Undefined for a leaf. */
  readonly child: Place | undefined
}

export interface AddedField {
  readonly key: string
  readonly name: string
}

/** A rule whose scope is known from the fetched object alone. */
export interface RowCheck {
  readonly scope: GuardedRule
  /** The field that carries the scope, as the graph names it. */
  readonly field: string
  /** Reads its value; undefined where the graph does not show the field. */
  readonly read: Read | undefined
  readonly sensitive: Rule['sensitive']
  /** The scope is known from above: an object that says nothing of its own is in it. */
  readonly isSettled: boolean
}

/** Whether a requirement is denied in what is being compiled. */
export type IsDenied = (requirement: number) => boolean

/** The requirements that deny, any of which says why; empty where nothing does. */
export type Denying = readonly number[]

const PERMITTED: Denying = []

export const denyingObject = ({ checks }: ObjectPlace, isDenied: IsDenied): Denying => {
  const first = checks.find(isDenied)
  return first === undefined ? PERMITTED : [first]
}

/** A field is denied by its own rule, or where every type that it may return is. */
export const denyingField = ({ checks, child }: FieldPlace, isDenied: IsDenied): Denying => {
  const first = checks.find(isDenied)
  if (first !== undefined) return [first]
  if (!child || child.types.size === 0) return PERMITTED
  const denying: number[] = []
  for (const object of child.types.values()) {
    if (object.isNameless) continue
    const [of] = denyingObject(object, isDenied)
    if (of === undefined) return PERMITTED
    denying.push(of)
  }
  return denying
}
