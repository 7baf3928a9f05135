import { print, type FieldNode } from 'graphql'
import type { Types } from './join-directives.ts'
import type { RequiredField } from './required-fields.ts'

/** Draws names that no type has a field of, and says what each stands for. */
export const requiredFieldNames = (types: Types) => {
  const taken = new Set([...types.values()].flatMap(({ fields = [] }) => fields.map(({ name }) => name.value)))
  const byName = new Map<string, RequiredField>()
  const known = new Map<string, string>()
  return {
    byName,
    /** One name for the same field with the same arguments. */
    of: ({ kind, name, arguments: values = [] }: FieldNode): string => {
      const key = print({ kind, name, arguments: values })
      const present = known.get(key)
      if (present !== undefined) return present
      let unique = `${name.value}__required_${String(known.size + 1)}`
      while (taken.has(unique)) unique += '_'
      known.set(key, unique)
      byName.set(unique, { name: name.value, arguments: values })
      return unique
    },
  }
}
