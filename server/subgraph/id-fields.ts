import { defaultFieldResolver, getNamedType, GraphQLID, isObjectType, type GraphQLSchema } from 'graphql'
import { asIdText } from '../../platform/access/scope-ids.ts'

const textOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(textOf)
  const id = asIdText(value)
  return typeof id === 'object' ? id.text : value
}

/**
 * Lets fields of type `ID` without a resolver hold parsed ids, and writes their text. In two steps, because guards
 * read the scope of an object from the parsed id: found before they wrap the fields, wrapped last.
 */
export const idFieldsOf = (schema: GraphQLSchema): { readonly writeAsText: () => void } => {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter((field) => getNamedType(field.type) === GraphQLID && field.resolve === undefined)
  return {
    writeAsText: () => {
      for (const field of fields) {
        const inner = field.resolve ?? defaultFieldResolver
        field.resolve = (source, values, context, info) => {
          const value: unknown = inner(source, values, context, info)
          return value instanceof Promise ? value.then(textOf) : textOf(value)
        }
      }
    },
  }
}
