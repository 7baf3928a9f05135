import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql'

/** Whether an object of a named type meets a type condition, both as the supergraph knows them; answers are remembered. */
export const typeCondition = (schema: GraphQLSchema, condition: string): ((typename: string) => boolean) => {
  const known = new Map<string, boolean>()
  const conditional = schema.getType(condition)
  const decide = (typename: string): boolean => {
    if (typename === condition) return true
    const type = schema.getType(typename)
    if (!isAbstractType(conditional)) return false
    return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditional, type)
  }
  /** Those of a list are most often all of one type. */
  let last: string | undefined
  let lastAnswer = false
  const remembered = (typename: string): boolean => {
    const answer = known.get(typename)
    if (answer !== undefined) return answer
    const decided = decide(typename)
    // Names come from subgraphs: only those that the schema has are remembered.
    if (schema.getType(typename)) known.set(typename, decided)
    return decided
  }
  return (typename) => {
    if (typename === last) return lastAnswer
    const answer = remembered(typename)
    if (known.has(typename)) [last, lastAnswer] = [typename, answer]
    return answer
  }
}
