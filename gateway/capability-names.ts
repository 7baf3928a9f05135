import { getNamedType, isEnumType, parse, type GraphQLSchema } from 'graphql'
import { familyNames } from '../directives/links.ts'

/** The capabilities of a graph: the values of the enum that its scope directives take. Empty where it links none. */
export const capabilityNames = (sdl: string, schema: GraphQLSchema): ReadonlySet<string> => {
  const names = familyNames(parse(sdl, { noLocation: true }))
  const enums = schema
    .getDirectives()
    .filter(({ name }) => names.has(name))
    .flatMap(({ args }) => args.filter(({ name }) => name === 'capability').map(({ type }) => getNamedType(type)))
    .filter(isEnumType)
  return new Set(enums.flatMap((type) => type.getValues().map(({ name }) => name)))
}
