import { Kind, parseType } from 'graphql'
import { argumentOf, namedType, type Types } from './join-directives.ts'

/** The names of all fields of which some subgraph has a type of its own: an object where the graph has an interface. */
export const narrowedFields = (types: Types): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const { fields = [] } of types.values())
    for (const { name, type, directives = [] } of fields)
      for (const join of directives) {
        const own = argumentOf(join, 'type')
        if (own?.kind === Kind.STRING && namedType(parseType(own.value)) !== namedType(type)) names.add(name.value)
      }
  return names
}
