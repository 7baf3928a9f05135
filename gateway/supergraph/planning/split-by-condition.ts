import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { FieldNode } from 'graphql'
import { entityFields } from './entity-fields.ts'
import { partOfFetch } from './part-of-fetch.ts'
import type { RequiredFields } from './required-fields.ts'

/**
 * A field that is left out by a variable leaves out the fetching of what it alone requires, or is told of contexts (it then
 * requires what stands for them). In one fetch with others it would leave these incomplete: it gets a fetch of its own.
 */
export const splitByCondition = (node: FetchNode, required: RequiredFields): readonly FetchNode[] => {
  if (!node.requires) return [node]
  const fields = entityFields(node).map(({ field, type, condition }) => ({
    ...{ field, condition },
    needs: required.needs(node.serviceName, type, field.name.value),
  }))
  const conditional = fields.filter(({ needs, condition }) => condition !== '' && needs.size > 0)
  const conditions = new Set(conditional.map(({ condition }) => condition))
  if (conditional.length === 0 || (conditional.length === fields.length && conditions.size === 1)) return [node]
  const others = fields.filter((field) => !conditional.includes(field))
  const groups = [others, ...[...conditions].map((one) => conditional.filter(({ condition }) => condition === one))]
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      const needed = new Set(group.flatMap(({ needs }) => [...needs]))
      const kept = new Set<FieldNode>(group.map(({ field }) => field))
      const isUnneeded = (place: string, type: string): boolean =>
        !needed.has(place) && !required.keys(type).has(place) && fields.some(({ needs }) => needs.has(place))
      return partOfFetch(node, {
        keeps: (field) => kept.has(field),
        requires: (node.requires ?? []).flatMap((selection) => without(selection, '', isUnneeded)),
      })
    })
}

/** What is required, less what `isUnneeded` says of fields of the entity and of objects in it, by their place in it. */
const without = (
  selection: QueryPlanSelectionNode,
  type: string,
  isUnneeded: (place: string, type: string) => boolean,
  above = '',
): QueryPlanSelectionNode[] => {
  if (selection.kind === 'InlineFragment') {
    const inner = above === '' ? (selection.typeCondition ?? type) : type
    const selections = selection.selections.flatMap((nested) => without(nested, inner, isUnneeded, above))
    return selections.length === 0 ? [] : [{ ...selection, selections }]
  }
  const place = above + selection.name
  if (!selection.selections) return isUnneeded(place, type) ? [] : [selection]
  const selections = selection.selections.flatMap((nested) => without(nested, type, isUnneeded, `${place}.`))
  return selections.every(isTypename) ? [] : [{ ...selection, selections }]
}

/** Of an object of which nothing else is left. */
const isTypename = (selection: QueryPlanSelectionNode): boolean =>
  selection.kind === 'Field' ? selection.name === '__typename' : selection.selections.every(isTypename)
