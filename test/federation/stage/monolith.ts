import {
  buildSchema,
  execute,
  getNamedType,
  isCompositeType,
  parse,
  printSchema,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { isThing, read, type Arguments, type Thing, type Universe } from './universe.ts'

/** One server that has everything: what a federation of parts of it must answer. */
export interface Monolith {
  readonly schema: GraphQLSchema
  readonly execute: (query: string, variables: Arguments, operationName?: string) => Promise<ExecutionResult>
}

/** An object where an answer shows it: one server knows what is above it there. */
class Shown {
  readonly thing: Thing
  readonly type: string
  readonly above: Shown | undefined

  constructor(thing: Thing, type: string, above: Shown | undefined) {
    this.thing = thing
    this.type = type
    this.above = above
  }

  /** What the nearest object above it says. */
  told(says: Readonly<Record<string, string>>): unknown {
    for (let at = this.above; at; at = at.above) {
      const name = says[at.type]
      if (name !== undefined) return read(at.thing, name, {})
    }
    return undefined
  }
}

export const createMonolith = (apiSchema: GraphQLSchema, universe: () => Universe): Monolith => {
  const schema = buildSchema(printSchema(apiSchema))
  const show = (value: unknown, type: string, above: Shown): unknown => {
    if (Array.isArray(value)) return value.map((item) => show(item, type, above))
    return isThing(value) && !(value instanceof Error) ? new Shown(value, value.__typename ?? type, above) : value
  }
  return {
    schema,
    execute: async (query, variables, operationName) =>
      execute({
        schema,
        document: parse(query),
        variableValues: variables,
        operationName,
        rootValue: {},
        fieldResolver: (source: unknown, args: Arguments, _, { fieldName, parentType, returnType }) => {
          const { told = {}, ...roots } = universe()
          const root = roots[parentType.name === 'Mutation' ? 'Mutation' : 'Query'] ?? {}
          const at = source instanceof Shown ? source : new Shown(root, parentType.name, undefined)
          const by = told[`${parentType.name}.${fieldName}`]
          const value = read(at.thing, fieldName, by ? { ...args, [by.argument]: at.told(by.says) } : args)
          const type = getNamedType(returnType)
          return isCompositeType(type) ? show(value, type.name, at) : value
        },
        typeResolver: (value) => (value instanceof Shown ? value.type : undefined),
      }),
  }
}
