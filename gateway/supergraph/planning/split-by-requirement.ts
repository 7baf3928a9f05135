import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { FieldNode } from 'graphql'
import { entityFields } from './entity-fields.ts'
import { partOfFetch } from './part-of-fetch.ts'
import type { RequiredFields } from './required-fields.ts'

/**
 * One fetch of entities can send a required field with one set of arguments alone. Where two of its fields require it
 * with different ones, each gets a fetch of its own.
 */
export const splitByRequirement = (node: FetchNode, required: RequiredFields): readonly FetchNode[] => {
  const sent = new Set((node.requires ?? []).flatMap((selection) => requiredIn(selection, required)))
  if (!clash(sent, required)) return [node]
  const groups: Set<string>[] = []
  const groupOf = new Map<FieldNode, Set<string>>()
  for (const { type, field } of entityFields(node)) {
    const needs = required.of(node.serviceName, type, field.name.value)
    let group = groups.find((candidate) => !clash(candidate.union(needs), required))
    if (!group) groups.push((group = new Set()))
    for (const name of needs) group.add(name)
    groupOf.set(field, group)
  }
  return groups.map((group) =>
    partOfFetch(node, {
      keeps: (field) => groupOf.get(field) === group,
      requires: (node.requires ?? []).flatMap((selection) => reduced(selection, group, required)),
    }),
  )
}

/** Whether two of them stand for one field. */
const clash = (names: ReadonlySet<string>, { byName }: RequiredFields): boolean => {
  const originals = [...names].map((name) => byName.get(name)?.name)
  return new Set(originals).size < originals.length
}

const requiredIn = (selection: QueryPlanSelectionNode, required: RequiredFields): string[] => [
  ...(selection.kind === 'Field' && required.byName.has(selection.name) ? [selection.name] : []),
  ...(selection.selections ?? []).flatMap((nested) => requiredIn(nested, required)),
]

/** The requirement without what other parts need; what holds nothing any more is left out. */
const reduced = (
  selection: QueryPlanSelectionNode,
  group: ReadonlySet<string>,
  required: RequiredFields,
): QueryPlanSelectionNode[] => {
  if (selection.kind === 'Field' && required.byName.has(selection.name) && !group.has(selection.name)) return []
  if (!selection.selections) return [selection]
  const selections = selection.selections.flatMap((nested) => reduced(nested, group, required))
  return selections.length === 0 ? [] : [{ ...selection, selections }]
}
