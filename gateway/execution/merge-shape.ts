import { Kind, type SelectionSetNode } from 'graphql'
import { responseKey, type Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { isDataObject, reader, writer, type DataObject, type Read, type Write } from './data.ts'

/**
 * What a fetch may bring, by response name: which keys are merged deeper and which are taken as they are. Leaf values
 * are never looked into: the object that a custom scalar returns may be shared with the subgraph that made it.
 */
export type MergeShape = readonly ShapeField[]

export interface ShapeField {
  readonly key: string
  readonly read: Read
  readonly write: Write
  /** Undefined for a leaf. */
  readonly children: MergeShape | undefined
}

type Draft = Map<string, Draft | undefined>

/** The shape of a selection set, its fragments merged in, whatever their type conditions. */
export const shapeOf = (
  selections: SelectionSetNode,
  fragments: Fragments,
  renames: readonly Rename[] = [],
  writerOf: (key: string) => Write = writer,
): MergeShape => {
  const draft: Draft = new Map()
  addSelections(draft, selections, fragments)
  for (const rename of renames) applyRename(draft, rename)
  return finish(draft, writerOf)
}

/** A response name that an output rewrite changes; fragments are left out of the path. */
export interface Rename {
  readonly path: readonly string[]
  readonly from: string
  readonly to: string
}

const addSelections = (draft: Draft, { selections }: SelectionSetNode, fragments: Fragments): void => {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const key = responseKey(selection)
      const children = selection.selectionSet ? (draft.get(key) ?? new Map<string, Draft | undefined>()) : undefined
      draft.set(key, children)
      if (selection.selectionSet && children) addSelections(children, selection.selectionSet, fragments)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      addSelections(draft, selection.selectionSet, fragments)
    } else {
      const fragment = fragments.get(selection.name.value)
      if (fragment) addSelections(draft, fragment.selectionSet, fragments)
    }
  }
}

const applyRename = (draft: Draft, { path, from, to }: Rename): void => {
  let parent: Draft | undefined = draft
  for (const key of path) parent = parent?.get(key)
  if (!parent?.has(from)) return
  const renamed = parent.get(from)
  const present = parent.get(to)
  parent.set(to, renamed && present ? new Map([...present, ...renamed]) : renamed)
}

const finish = (draft: Draft, writerOf: (key: string) => Write): MergeShape =>
  [...draft].map(([key, children]) => ({
    key,
    read: reader(key),
    write: writerOf(key),
    children: children ? finish(children, writerOf) : undefined,
  }))

/**
 * Merges `source` into `target`, which keeps what it has and `source` lacks, and takes the objects of `source`: until something
 * else is written to `target`, `source` may still be merged elsewhere by copy (`mergeCopy`), and nothing more.
 */
export const mergeObject = (target: DataObject, source: DataObject, shape: MergeShape): void => {
  for (const field of shape) {
    const incoming = field.read(source)
    if (incoming === undefined) continue
    if (field.children && typeof incoming === 'object' && incoming !== null) {
      const present = field.read(target)
      if (mergeInto(present, incoming, field.children)) continue
    }
    field.write(target, incoming)
  }
}

/** The same of a copy: every place but the first has objects of its own, so that no two share what later fetches write to. */
export const mergeCopy = (target: DataObject, source: DataObject, shape: MergeShape): void => {
  for (const { read, write, children } of shape) {
    const incoming = read(source)
    if (incoming === undefined) continue
    const own = children ? copyValue(incoming, children) : incoming
    if (children && typeof own === 'object' && own !== null && mergeInto(read(target), own, children)) continue
    write(target, own)
  }
}

/** True when `incoming` was merged into `present`; false when it has to take its place. */
const mergeInto = (present: unknown, incoming: object, shape: MergeShape): boolean => {
  if (typeof present !== 'object' || present === null) return false
  if (!Array.isArray(incoming)) {
    if (!isDataObject(present) || !isDataObject(incoming)) return false
    mergeObject(present, incoming, shape)
    return true
  }
  if (!Array.isArray(present) || present.length !== incoming.length) return false
  for (let index = 0; index < incoming.length; index++) {
    const item: unknown = incoming[index]
    if (typeof item === 'object' && item !== null && mergeInto(present[index], item, shape)) continue
    present[index] = item
  }
  return true
}

/** A copy that shares leaf values alone: for an entity that several places of the answer show. */
export const copyObject = (source: DataObject, shape: MergeShape): DataObject => {
  const copy: DataObject = {}
  for (const field of shape) {
    const value = field.read(source)
    if (value !== undefined) field.write(copy, field.children ? copyValue(value, field.children) : value)
  }
  return copy
}

const copyValue = (value: unknown, shape: MergeShape): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => copyValue(item, shape))
  return isDataObject(value) ? copyObject(value, shape) : value
}
