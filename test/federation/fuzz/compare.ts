import { validate, parse, type GraphQLSchema } from 'graphql'
import { randomOf } from '../../testkit/random-graph/random.ts'
import { createInProcess } from '../stage/in-process.ts'
import type { Answer } from '../stage/answer.ts'
import { randomGraph } from './random-graph.ts'
import { randomOperation, type RandomOperation } from './random-operation.ts'

/** An operation that a federation and one server answered differently. */
export interface Difference extends RandomOperation {
  readonly seed: number
  readonly expected: Answer
  readonly answered: Answer
}

/** Answers operations over one random supergraph. Resolves to the first difference, if there is one. */
export const compareGraph = async (seed: number, operations: number): Promise<Difference | undefined> => {
  const { apiSchema, monolith, inProcess, close } = await createInProcess(randomGraph(seed))
  const random = randomOf(seed + 2)
  try {
    for (let count = 0; count < operations; count++) {
      const operation = validOperation(apiSchema, random)
      const expected = explained(await monolith(operation.query, operation.variables))
      const answered = explained((await inProcess(operation.query, operation.variables)).answer)
      if (JSON.stringify(expected) !== JSON.stringify(answered)) return { ...operation, seed, expected, answered }
    }
    return undefined
  } finally {
    await close()
  }
}

const validOperation = (schema: GraphQLSchema, random: ReturnType<typeof randomOf>): RandomOperation => {
  for (;;) {
    const operation = randomOperation(schema, random)
    if (validate(schema, parse(operation.query)).length === 0) return operation
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
