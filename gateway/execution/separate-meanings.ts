import { Kind, print, type FieldNode, type SelectionSetNode } from 'graphql'
import { responseKey, type Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import { isPlannersName } from './client-names.ts'
import { eachField, renamed, type SeparatedOperation, type SpreadOperation } from './separated-operation.ts'

/**
 * At one place of an answer a client may call different fields alike, where no object has both (GraphQL, 5.3.2): those of
 * other types, and of the same type below these. The planner (2.14) does not tell them apart, and lets one answer for all.
 * They are planned and fetched under names of their own, and are written under the client's.
 */
export const separateMeanings = (sent: SeparatedOperation): SeparatedOperation => {
  const ambiguous = ambiguousKeys(sent)
  if (ambiguous.size === 0) return sent
  const { byMeaning, called } = ownNames(sent, ambiguous)
  return renamed(sent, (field) => byMeaning.get(responseKey(field))?.get(meaningOf(field)), called)
}

const meaningOf = ({ kind, name, arguments: given }: FieldNode): string =>
  given?.length ? print({ kind, name, arguments: given }) : name.value

/** The names that answer for different fields at one place. */
const ambiguousKeys = (sent: SpreadOperation): ReadonlySet<string> => {
  const meanings = new Map<string, Set<string>>()
  eachField(sent, (field) => {
    const present = meanings.get(responseKey(field))
    if (present) present.add(meaningOf(field))
    else meanings.set(responseKey(field), new Set([meaningOf(field)]))
  })
  const ambiguous = new Set<string>()
  // Most operations end here: nothing is called by the name of something else, wherever it stands.
  const isPossible = [...meanings.values()].some(({ size }) => size > 1)
  if (isPossible) collectAmbiguous([sent.operation.selectionSet], sent.fragments, ambiguous)
  return ambiguous
}

/** The selection sets are those of one place. */
const collectAmbiguous = (sets: readonly SelectionSetNode[], fragments: Fragments, ambiguous: Set<string>): void => {
  const fields = new Map<string, FieldNode[]>()
  const visited = new Set<string>()
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const nodes = fields.get(responseKey(selection))
        if (nodes) nodes.push(selection)
        else fields.set(responseKey(selection), [selection])
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet)
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value)
        const fragment = fragments.get(selection.name.value)
        if (fragment) collect(fragment.selectionSet)
      }
    }
  }
  for (const set of sets) collect(set)
  for (const [key, nodes] of fields) {
    if (new Set(nodes.map(meaningOf)).size > 1) ambiguous.add(key)
    const below = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []))
    if (below.length > 0) collectAmbiguous(below, fragments, ambiguous)
  }
}

interface OwnNames {
  /** By what a client calls several fields: the name of each but the first, which keeps that. */
  readonly byMeaning: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** What the client calls what has such a name. */
  readonly called: ReadonlyMap<string, string>
}

const ownNames = (sent: SpreadOperation, ambiguous: ReadonlySet<string>): OwnNames => {
  const taken = new Set<string>()
  eachField(sent, (field) => void taken.add(responseKey(field)))
  const byMeaning = new Map([...ambiguous].map((key) => [key, new Map<string, string>()]))
  const called = new Map<string, string>()
  eachField(sent, (field) => {
    const key = responseKey(field)
    const names = byMeaning.get(key)
    const meaning = meaningOf(field)
    if (!names || names.has(meaning)) return
    let name = names.size === 0 ? key : `${key}_${String(names.size + 1)}`
    while (names.size > 0 && (taken.has(name) || isPlannersName(name))) name += '_'
    taken.add(name)
    names.set(meaning, name)
    called.set(name, key)
  })
  return { byMeaning, called }
}
