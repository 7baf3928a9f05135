import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'
import { isMachinery } from './machinery.ts'
import type { TypeView } from './type-views.ts'

interface Describable {
  readonly name: { readonly value: string }
  readonly description?: unknown
}

const membersOf = (type: TypeView): readonly (readonly [string, Describable])[] => [
  ...[...type.fields.values(), ...type.inputFields.values(), ...type.values.values()].map(
    (member) => [`${type.name}.${member.name.value}`, member] as const,
  ),
  ...[...type.fields.values()].flatMap((field) =>
    (field.arguments ?? []).map(
      (argument) => [`${type.name}.${field.name.value}(${argument.name.value}:)`, argument] as const,
    ),
  ),
]

/** Every type, field, argument and enum value of the product's graph explains itself. */
export const lintDescriptions = (view: GraphView): readonly Finding[] => {
  const missing = (coordinate: string): Finding => ({
    coordinate,
    rule: 'description-missing',
    message: 'Nothing says what this is: write a description above it.',
  })
  return [...view.types.values()]
    .filter(({ name }) => !isMachinery(name))
    .flatMap((type) => [
      ...(type.isDescribed || view.roots.has(type.name) ? [] : [missing(type.name)]),
      ...membersOf(type)
        .filter(([, member]) => !isMachinery(member.name.value) && member.description === undefined)
        .map(([coordinate]) => missing(coordinate)),
    ])
}
