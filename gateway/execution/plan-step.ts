import type { GraphQLSchema } from 'graphql'
import { typeCondition } from '../../platform/graphql/execution/type-condition.ts'
import { conditionOf } from '../supergraph/planning/plan-path.ts'
import { reader, type DataObject, type Read } from './data.ts'

/** One step of a path in a plan's rewrites: a response name, or a condition on the type of the object. */
export interface PlanStep {
  readonly meets: (object: DataObject) => boolean
  /** What a name leads to; for a condition the object itself. */
  readonly read: Read
}

export const planStep = (step: string, schema: GraphQLSchema): PlanStep => {
  const type = conditionOf(step)
  if (type === undefined) return { meets: () => true, read: reader(step) }
  const matches = typeCondition(schema, type)
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
