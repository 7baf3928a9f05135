import { print } from 'graphql'
import type { PlanningLimits } from '../../../gateway/supergraph/supergraph.ts'
import { randomOperation } from '../../testkit/random-graph/random-operation.ts'
import { randomOf } from '../../testkit/random-graph/random.ts'
import { createInProcess } from '../stage/in-process.ts'
import type { Answer } from '../stage/answer.ts'
import { randomGraph } from './random-graph.ts'
import type { Arguments } from '../stage/universe.ts'

/** An operation that a federation and one server answered differently. */
export interface Difference {
  readonly query: string
  readonly variables: Arguments
  readonly seed: number
  readonly expected: Answer
  readonly answered: Answer
}

/** Answers operations over one random supergraph. Resolves to the first difference, if there is one. */
export const compareGraph = async (
  seed: number,
  operations: number,
  planning?: PlanningLimits,
): Promise<Difference | undefined> => {
  const { apiSchema, monolith, inProcess, close } = await createInProcess(randomGraph(seed), planning)
  const random = randomOf(seed + 2)
  try {
    for (let count = 0; count < operations; count++) {
      const { document, variables } = randomOperation(random, apiSchema, 'query')
      const query = print(document)
      const expected = explained(await monolith(query, variables))
      const answered = explained((await inProcess(query, variables)).answer)
      if (JSON.stringify(expected) !== JSON.stringify(answered)) return { query, variables, seed, expected, answered }
    }
    return undefined
  } finally {
    await close()
  }
}

/**
 * Each error at the null that it explains. Where a null has spread to a parent, servers may or may not go on with what
 * else that parent has (GraphQL, 6.4.4): which of its errors are told is theirs.
 */
const explained = ({ data, errors }: Answer): Answer => {
  const root: unknown = JSON.parse(data)
  return { data, errors: [...new Set(errors.map((path) => nullOn(root, path)))].toSorted() }
}

const nullOn = (root: unknown, path: string): string => {
  const way = path.split('.')
  let value = root
  for (const [depth, step] of way.entries()) {
    if (typeof value !== 'object' || value === null) return way.slice(0, depth).join('.')
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined
  }
  return path
}
