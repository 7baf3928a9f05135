import { defaultFieldResolver, getNamedType, GraphQLID, isObjectType, type GraphQLSchema } from 'graphql'
import { asIdText } from '../../platform/access/scope-ids.ts'

const textOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(textOf)
  const id = asIdText(value)
  return typeof id === 'object' ? id.text : value
}

/** Lets fields of type `ID` hold parsed ids: without a resolver of their own they write the id's text. */
export const writeIdsAsText = (schema: GraphQLSchema): void => {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (getNamedType(field.type) !== GraphQLID || field.resolve !== undefined) continue
      field.resolve = (source, values, context, info) => {
        const value: unknown = defaultFieldResolver(source, values, context, info)
        return value instanceof Promise ? value.then(textOf) : textOf(value)
      }
    }
  }
}
