/** How a plan of @apollo/query-planner 2.14 writes where things are. */

const LIST = '@'
const UP = '..'
const CONDITION = '... on '

/** The response names on the way to where the results of a fetch go. */
export const keysOf = (path: readonly (string | number)[]): readonly string[] =>
  path.filter((step): step is string => typeof step === 'string' && step !== LIST)

/** The response names of a path in a plan's rewrites. */
export const namesOf = (path: readonly string[]): readonly string[] =>
  path.filter((step) => conditionOf(step) === undefined)

/** A step of such a path that only objects of a type pass. */
export const conditionOn = (type: string): string => CONDITION + type

/** The type of such a step; undefined where it is a response name. */
export const conditionOf = (step: string): string | undefined =>
  step.startsWith(CONDITION) ? step.slice(CONDITION.length) : undefined

/** Where what a field is told of a context can be read. */
export interface ContextSource {
  /** How many fields above the object whose field is told. */
  readonly up: number
  /** The steps from there, the object's type first; of a root that is not said. */
  readonly way: readonly string[]
}

export const sourceAt = (path: readonly string[]): ContextSource => {
  const up = path.filter((step) => step === UP).length
  return { up, way: path.slice(up) }
}

export const pathTo = ({ up, way }: ContextSource): string[] => [...Array<string>(up).fill(UP), ...way]
