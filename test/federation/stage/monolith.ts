import { buildSchema, execute, parse, printSchema, type ExecutionResult, type GraphQLSchema } from 'graphql'
import { isThing, read, type Arguments, type Universe } from './universe.ts'

/** One server that has everything: what a federation of parts of it must answer. */
export interface Monolith {
  readonly schema: GraphQLSchema
  readonly execute: (query: string, variables: Arguments) => Promise<ExecutionResult>
}

export const createMonolith = (apiSchema: GraphQLSchema, universe: () => Universe): Monolith => {
  const schema = buildSchema(printSchema(apiSchema))
  return {
    schema,
    execute: async (query, variables) =>
      execute({
        schema,
        document: parse(query),
        variableValues: variables,
        rootValue: {},
        fieldResolver: (source: unknown, args: Arguments, _, { fieldName, parentType }) => {
          const root = universe()[parentType.name === 'Mutation' ? 'Mutation' : 'Query'] ?? {}
          const thing = parentType === schema.getQueryType() || parentType === schema.getMutationType() ? root : source
          return isThing(thing) ? read(thing, fieldName, args) : undefined
        },
        typeResolver: (value) => (isThing(value) ? value.__typename : undefined),
      }),
  }
}
