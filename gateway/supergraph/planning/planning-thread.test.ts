import { afterAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { silentLog } from '../../../platform/log/log.ts'
import { plannedOf } from '../../../test/federation/stage/topic.ts'
import { TOPICS } from '../../../test/federation/topics/topics.ts'
import { federatedGraph } from '../../../test/testkit/federated-graph.ts'
import { shopSubgraphs } from '../../../test/testkit/graphs/shop.ts'
import { generationOf } from '../generation-of.ts'
import { loadSupergraph } from '../load-supergraph.ts'
import { PLANNING_LIMITS, type Supergraph } from '../supergraph.ts'
import { withoutDocuments } from './planning-messages.ts'
import { createPlanningThread, type PlanningThread, type PlanningThreadOptions } from './planning-thread.ts'

const { sdl } = federatedGraph(shopSubgraphs)
const QUERY = '{ products { id: title shipping reviews { author { mail } } ... on Book { pages } } }'
const ORDER = { query: QUERY, drawn: '' }

const open: PlanningThread[] = []
const thread = (timeoutMs: number, changes: Partial<PlanningThreadOptions> = {}): PlanningThread => {
  const made = createPlanningThread({ sdl, maxPaths: 1000, timeoutMs, maxHeapMb: 256, ...changes })
  open.push(made)
  return made
}
afterAll(() => Promise.all(open.map((each) => each.close())))

test('a large operation is planned in a thread of its own, as it would be here', async () => {
  const [here, aside] = await Promise.all(
    [PLANNING_LIMITS, { ...PLANNING_LIMITS, maxFieldsHere: 3 }].map((planning) =>
      loadSupergraph({ source: { sdl }, log: silentLog, planning }),
    ),
  )
  if (!here || !aside) throw new Error('two were loaded')
  const document = parse(QUERY)
  const planned = here.current().plan(document)
  const large = aside.current().plan(document)
  expect(planned).not.toBeInstanceOf(Promise)
  expect(large).toBeInstanceOf(Promise)
  expect(await large).toEqual(withoutDocuments(await planned))
  expect(aside.current().plan(parse('{ me { id } }'))).not.toBeInstanceOf(Promise)
  await Promise.all([here.current().close(), aside.current().close()])
})

test.each(TOPICS)('what is planned aside of $name is planned as it would be here', async ({ subgraphs, cases }) => {
  const services = Object.entries(subgraphs).map(([name, typeDefs]) => [name, { typeDefs, resolvers: {} }] as const)
  const graph = federatedGraph(Object.fromEntries(services))
  const supergraph = await generationOf(graph.sdl)
  const planning = thread(5000, { sdl: graph.sdl })
  const planned = plannedOf(cases).map((query) =>
    Promise.all([supergraph.plan(parse(query), ''), planning.plan({ query, drawn: '' })]),
  )
  for (const [here, aside] of await Promise.all(planned)) expect(aside).toEqual(withoutDocuments(here))
  await Promise.all([supergraph.close(), planning.close()])
})

/** An interface that leads to itself, whose objects two subgraphs know: at each step any of them may be left for any other. */
const CIRCLES = federatedGraph(
  Object.fromEntries(
    ['x', 'y'].map((field) => [
      field,
      {
        typeDefs: `type Query { ${field}s: I } interface I { id: ID! next: I ${field}: Int }
          ${['A', 'B', 'C'].map((type) => `type ${type} implements I @key(fields: "id") { id: ID! next: I @shareable ${field}: Int }`).join(' ')}`,
        resolvers: {},
      },
    ]),
  ),
).sdl
const circle = (steps: number): string => (steps === 0 ? 'x' : `x ... on A { y } next { ${circle(steps - 1)} }`)

test('a small operation with very many ways to plan it is planned aside, and refused where they are too many', async () => {
  const supergraph = await generationOf(CIRCLES)
  const planned = [0, 1, 2, 3].map((steps) => supergraph.plan(parse(`{ xs { ${circle(steps)} } }`)))
  expect(planned.map((plan) => plan instanceof Promise)).toEqual([false, false, true, true])
  expect(await planned[2]).toMatchObject({ kind: 'QueryPlan' })
  await expect(planned[3]).rejects.toMatchObject({ code: 'OPERATION_TOO_LARGE' })
  await supergraph.close()
})

test('one that takes too long is refused, and does not keep the next one from being planned', async () => {
  const planning = thread(0)
  await planning.plan(ORDER) // now it knows the supergraph: from here on the limit is that of planning alone
  const results = await Promise.allSettled([planning.plan(ORDER), planning.plan(ORDER)])
  expect(results).toMatchObject([
    { status: 'rejected', reason: { code: 'OPERATION_TOO_LARGE' } },
    { status: 'fulfilled', value: { kind: 'QueryPlan' } },
  ])
})

test('too many that wait are refused; what waits when it closes is told so', async () => {
  const planning = thread(5000)
  const waiting = Array.from({ length: 66 }, () => planning.plan(ORDER).catch((error: unknown) => error))
  expect(await waiting[65]).toMatchObject({ code: 'OPERATION_TOO_LARGE' })
  await planning.close()
  expect(await waiting[0]).toMatchObject({ code: 'SHUTTING_DOWN' })
  expect(await waiting[64]).toMatchObject({ code: 'SHUTTING_DOWN' })
})

test('one that takes too much memory is too large; another fault is what it is', async () => {
  await expect(thread(5000, { maxHeapMb: 8 }).plan(ORDER)).rejects.toMatchObject({ code: 'OPERATION_TOO_LARGE' })
  for (const planning of [thread(5000, { sdl: 'type Query {' }), thread(5000)]) {
    const fault = await planning.plan({ query: '{ nowhere }', drawn: '' }).catch((error: unknown) => error)
    expect(fault).toMatchObject({ message: expect.stringMatching(/Syntax Error|nowhere/) })
    expect(fault).not.toHaveProperty('code', 'OPERATION_TOO_LARGE')
  }
})

test('a supergraph that is refused plans nothing more', async () => {
  let planned: unknown
  const accept = (candidate: Supergraph): void => {
    planned = Promise.resolve(candidate.plan(parse(QUERY))).catch((error: unknown) => error)
    throw new Error('not this one')
  }
  const planning = { ...PLANNING_LIMITS, maxFieldsHere: 3 }
  await expect(loadSupergraph({ source: { sdl }, log: silentLog, accept, planning })).rejects.toMatchObject({
    code: 'SUPERGRAPH_INVALID',
  })
  expect(await planned).toMatchObject({ code: 'SHUTTING_DOWN' })
})
