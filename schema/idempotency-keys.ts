import { Kind, parse, visit, type DocumentNode, type FieldDefinitionNode } from 'graphql'
import { namedType } from './lint/graph-view.ts'

const inputTypes = (fields: readonly FieldDefinitionNode[] = []): readonly string[] =>
  fields
    .flatMap((field) => field.arguments ?? [])
    .filter((argument) => argument.name.value === 'input')
    .map(({ type }) => namedType(type).name.value)

const keyFields = parse('input Keyed { idempotencyKey: String }').definitions.flatMap((definition) =>
  definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (definition.fields ?? []) : [],
)

/** Gives the input of every mutation its `idempotencyKey`, so that no feature can forget it (R97). */
export const withIdempotencyKeys = (document: DocumentNode): DocumentNode => {
  const keyed = new Set(
    document.definitions.flatMap((definition) =>
      (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) &&
      definition.name.value === 'Mutation'
        ? inputTypes(definition.fields)
        : [],
    ),
  )
  return visit(document, {
    InputObjectTypeDefinition: (type) =>
      keyed.has(type.name.value) ? { ...type, fields: [...(type.fields ?? []), ...keyFields] } : undefined,
  })
}
