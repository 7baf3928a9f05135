import type { GraphQLSchema } from 'graphql'
import { typeCondition } from '../../platform/graphql/execution/type-condition.ts'
import { reader, type DataObject, type Read } from './data.ts'

const FRAGMENT = '... on '

/** The response names of a path in a plan's rewrites, without its type conditions. */
export const namesIn = (path: readonly string[]): string[] => path.filter((step) => !step.startsWith(FRAGMENT))

/** One step of such a path: a response name, or a condition on the type of the object. */
export interface PlanStep {
  readonly meets: (object: DataObject) => boolean
  /** What a name leads to; for a condition the object itself. */
  readonly read: Read
}

export const planStep = (step: string, schema: GraphQLSchema): PlanStep => {
  if (!step.startsWith(FRAGMENT)) return { meets: () => true, read: reader(step) }
  const matches = typeCondition(schema, step.slice(FRAGMENT.length))
  const readTypename = reader('__typename')
  return {
    meets: (object) => {
      const typename = readTypename(object)
      // Where a fetch did not ask for the type name there was only one type to be.
      return typeof typename !== 'string' || matches(typename)
    },
    read: (object) => object,
  }
}
