import { expect, test } from '@jest/globals'
import {
  buildSchema,
  execute,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  parse,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import fc from 'fast-check'
import { randomOperation } from '../../../test/testkit/random-graph/random-operation.ts'
import { randomSdl } from '../../../test/testkit/random-graph/random-schema.ts'
import { randomValue } from '../../../test/testkit/random-graph/random-values.ts'
import { randomOf, seedAt } from '../../../test/testkit/random-graph/random.ts'
import { compiledExecution } from './compile-document.ts'
import { pathToArray } from './execution.ts'

type Timing = 'at once' | 'later'

/** What a resolver does depends on its place alone, so that two executors meet the same. */
const resolverBehaviour = (schema: GraphQLSchema, seed: number, timing: Timing, calls: string[]): void => {
  const wrongness = { nulls: 0.12, wrong: 0.06 }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isAbstractType(type) && timing === 'later') {
      type.resolveType = (value: { __typename?: string }) => Promise.resolve(value.__typename)
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      field.resolve = (_, args: unknown, __, info) => {
        const place = pathToArray(info.path).join('.')
        calls.push(`${place} ${JSON.stringify(args)}`)
        const random = randomOf(seedAt(seed, place))
        const value = randomValue(random, schema, field.type, wrongness, (typename) => ({ __typename: typename }))
        if (random.chance(0.05)) {
          const error = new Error(`thrown at ${place}`)
          if (random.chance(0.3)) return error
          if (timing === 'later' && random.chance(0.5)) return Promise.reject(error)
          throw error
        }
        if (timing === 'at once' || random.chance(0.5)) return value
        return Array.isArray(value) && isListType(getNullableType(field.type)) && random.chance(0.5)
          ? value.map((item: unknown) => Promise.resolve(item))
          : Promise.resolve(value)
      }
    }
  }
}

const comparable = ({ data, errors }: ExecutionResult) => ({
  data: JSON.stringify(data),
  errors: (errors ?? [])
    .map(({ path, message, locations }) => JSON.stringify([path, text(message), locations]))
    .toSorted(),
})

/** graphql-js shows what it met; which value it was is no promise. */
const text = (message: string): string =>
  message
    .replace(/^Expected `.*` to return.*$/s, 'not serialized')
    .replace(/^(?:Abstract type ".*?"|Runtime Object type).*$/s, 'no such type')

const compare = async (seed: number, timing: Timing) => {
  const random = randomOf(seed)
  const schema = buildSchema(randomSdl(random))
  const { document, variables } = randomOperation(random, schema, random.chance(0.8) ? 'query' : 'mutation')
  const calls: string[] = []
  // The data is the same whatever the timing. (graphql-js leaves rejections unheard where an item of a list throws.)
  resolverBehaviour(schema, seed, 'at once', calls)
  const expected = comparable(await execute({ schema, document, variableValues: variables }))
  const expectedCalls = calls.splice(0)
  resolverBehaviour(schema, seed, timing, calls)
  const run = compiledExecution(schema)
  // Twice: what was compiled by the first run serves the second.
  for (let round = 0; round < 2; round++) {
    const answer = comparable(await run({ document, variableValues: variables }))
    expect(answer.data).toBe(expected.data)
    if (timing === 'at once') {
      expect(answer).toEqual(expected)
      expect(calls.splice(0)).toEqual(expectedCalls)
    } else {
      // Which of several errors takes a parent with it is a matter of who is first.
      expect(answer.errors.length > 0).toBe(expected.errors.length > 0)
      calls.length = 0
    }
  }
}

test.each(['at once', 'later'] as const)(
  'random documents with resolvers that answer %s: as graphql-js',
  async (timing) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), (seed) => compare(seed, timing)),
      { numRuns: 150 },
    )
  },
)

test('loaders batch what the siblings of one turn ask for', async () => {
  const batches: string[][] = []
  let waiting: { key: string; resolve: (value: string) => void }[] = []
  const load = (key: string): Promise<string> =>
    new Promise((resolve) => {
      if (waiting.length === 0) {
        process.nextTick(() => {
          const batch = waiting
          waiting = []
          batches.push(batch.map((one) => one.key))
          for (const one of batch) one.resolve(`value of ${one.key}`)
        })
      }
      waiting.push({ key, resolve })
    })
  const schema = buildSchema('type Query { items: [Item!]! } type Item { name: String! owner: Item! }')
  const fields = schema.getType('Item')
  if (!isObjectType(fields)) throw new Error('no Item')
  const { name, owner } = fields.getFields()
  if (name) name.resolve = ({ id }: { id: string }) => load(id)
  if (owner) owner.resolve = ({ id }: { id: string }) => load(`${id}'s`).then((key) => ({ id: key }))
  const document = parse('{ items { name owner { name } } }')
  const rootValue = { items: () => ['a', 'b', 'c'].map((id) => ({ id })) }
  const { data } = await compiledExecution(schema)({ document, rootValue })
  expect(batches.map((batch) => batch.length)).toEqual([6, 3])
  expect(data).toMatchObject({ items: [{ name: 'value of a' }, {}, { owner: { name: "value of value of c's" } }] })
})

test('what cannot run at all is refused as graphql-js refuses it', async () => {
  const schema = buildSchema('type Query { a(n: Int!): Int }')
  const document = parse('query A($n: Int!) { a(n: $n) } query B { a(n: 1) }')
  const run = compiledExecution(schema)
  for (const args of [
    {},
    { operationName: 'C' },
    { operationName: 'A' },
    { operationName: 'A', variableValues: { n: 'x' } },
  ]) {
    expect(await run({ document, ...args })).toEqual(await execute({ schema, document, ...args }))
  }
})

test('a leaf that its object computes is read once, and what goes wrong is wrong with that field alone', async () => {
  const schema = buildSchema(
    'type Query { item: Item } type Item { id: ID! throws: String rejects: String odd: String }',
  )
  const document = parse('{ item { id throws rejects odd } }')
  let reads = 0
  const item = {
    id: 'i',
    get throws(): string {
      throw new Error('thrown by the object')
    },
    get rejects(): Promise<string> {
      reads++
      return Promise.reject(new Error('rejected by the object'))
    },
    get odd(): number {
      reads++
      return 7
    },
  }
  const answer = await compiledExecution(schema)({ document, rootValue: { item } })
  expect(reads).toBe(2)
  expect(answer).toEqual(await execute({ schema, document, rootValue: { item } }))
  expect(answer.data).toEqual({ item: { id: 'i', throws: null, rejects: null, odd: '7' } })
})
