import { isInterfaceType, type GraphQLSchema } from 'graphql'
import { reader, writer, type Write } from './data.ts'

/**
 * How what fetches bring is written. A subgraph that knows an interface as one object says the interface for a type name:
 * that is never written over the type that another has told of the same object, whichever comes last.
 */
export const fetchedWriters =
  (schema: GraphQLSchema) =>
  (key: string): Write => {
    const write = writer(key)
    if (key !== '__typename') return write
    return (target, value) => {
      const isTold = readTypename(target) !== undefined
      if (!isTold || typeof value !== 'string' || !isInterfaceType(schema.getType(value))) write(target, value)
    }
  }

const readTypename = reader('__typename')
