import { afterEach, describe, expect, test } from '@jest/globals'
import {
  adasGrants,
  accessOf,
  FOREIGN,
  HEADER,
  MINE,
  ORGANIZATION,
  projectId,
  SIBLING,
} from '../../directives/testkit/guarded-graph.ts'
import { createGrantCache } from '../../platform/access/grant-cache.ts'
import { createGrantWatch } from '../../platform/access/grant-watch.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { principalKey, type Principal } from '../../platform/access/principal.ts'
import { createMemoryCache } from '../../platform/cache/memory-cache.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { silentLog } from '../../platform/log/log.ts'
import type { TestSubgraph } from '../../test/testkit/federated-graph.ts'
import { openEventSource } from '../../test/testkit/event-source.ts'
import { startGateway } from '../../test/testkit/gateway.ts'
import { createTicker } from '../../test/testkit/graphs/ticker.ts'
import { connectSocket, type RawSocket } from '../../test/testkit/raw-socket.ts'
import { until } from '../../test/testkit/until.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const user = (subject: string): Principal => ({
  kind: 'user',
  subject,
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
})

const reader = { organizationId: ORGANIZATION, suspended: false, capabilities: new Set(['READ']) }
const readerGrants: Grants = { ...adasGrants, projects: new Map([[MINE, reader]]) }

const TICK = 'subscription ($id: ID!) { tick(projectId: $id) { at } }'
/** Each event is so large that the network holds few of them. */
const WIDE = TICK.replace(
  'at',
  Array.from({ length: 50 }, (_, index) => `${'a'.repeat(1000)}${String(index)}: at`).join(' '),
)

/** A gateway whose subscriptions are a project's, over grants that a test changes. */
const arrange = async () => {
  const ticker = createTicker()
  const live: TestSubgraph = {
    typeDefs: `${HEADER}
      type Query { health: String @public(reason: "says only that it runs") }
      type Tick @shareable { at: Int! }
      type Subscription {
        tick(projectId: ID!): Tick @projectScoped(capability: READ, project: "projectId")
        mine: Tick @selfScoped
        noted(projectId: ID!): Note @projectScoped(capability: READ, project: "projectId")
      }
      type Note @projectScoped(capability: READ, project: "projectId") {
        projectId: ID!
        secret: String @projectScoped(capability: WRITE)
      }`,
    resolvers: {
      Query: { health: () => 'ok' },
      Subscription: {
        tick: { subscribe: () => ticker.stream() },
        mine: { subscribe: () => ticker.stream(), resolve: ({ tick: at }: { tick: unknown }) => at },
        noted: {
          subscribe: () => ticker.stream(),
          resolve: () => ({ projectId: projectId(MINE), secret: 'hush' }),
        },
      },
    },
  }
  const held = new Map<string, Grants>([
    ['user:ada', adasGrants],
    ['user:grace', adasGrants],
  ])
  const cache = createMemoryCache({ clock: systemClock, log: silentLog })
  const grants = createGrantCache({
    source: { load: (principal) => Promise.resolve(held.get(principalKey(principal)) ?? NO_GRANTS) },
    bus: cache,
    clock: systemClock,
  })
  await grants.start()
  const watch = createGrantWatch({ grants, log: silentLog })
  const lost = new Set<string>()
  const gateway = await startGateway(
    { live },
    {
      limits: { maxQueuedBytes: 100_000_000 },
      verifier: {
        authenticate: (authorization) => {
          if (typeof authorization !== 'string') throw catalogued('UNAUTHENTICATED')
          return Promise.resolve({ principal: user(authorization), expiresAt: undefined })
        },
      },
      access: async (principal) =>
        accessOf(lost.has(principalKey(principal)) ? readerGrants : await grants.load(principal), principal),
      watch: watch.watch,
    },
  )
  stops.push(async () => {
    watch.stop()
    await gateway.gateway.stop(0)
    await grants.stop()
    await cache.close()
  })
  const subscribe = (socket: RawSocket, id: string, project = MINE): void => {
    socket.send({ id, type: 'subscribe', payload: { query: TICK, variables: { id: projectId(project) } } })
  }
  return {
    ticker,
    url: gateway.url,
    subscribe,
    connect: (name: string) => connectSocket(gateway.url, { authorization: name }),
    open: (count: number) => until(`${String(count)} stream`, () => ticker.open() === count),
    /** From now on the caller may only read, and nothing reviews what is open. */
    lose: (name: string): void => {
      watch.stop()
      lost.add(`user:${name}`)
    },
    change: async (name: string, to: Grants) => {
      held.set(`user:${name}`, to)
      await grants.announce([`user:${name}`])
    },
  }
}

const without = (project: typeof MINE): Grants => ({
  ...adasGrants,
  projects: new Map([...adasGrants.projects].filter(([id]) => id !== project)),
})

const ofId = ({ messages }: RawSocket, id: string) => messages.filter((message) => message.id === id)

describe('an open subscription', () => {
  test('R9: ends with the code of the denial when its membership is removed; nothing comes after it', async () => {
    const { connect, subscribe, open, change, ticker } = await arrange()
    const [ada, grace] = [await connect('ada'), await connect('grace')]
    subscribe(ada, 'mine', MINE)
    subscribe(ada, 'sibling', SIBLING)
    subscribe(grace, 'hers', MINE)
    await open(3)
    ticker.push('1')
    await until('all have an event', () => ada.messages.length === 3 && grace.messages.length === 2)
    await change('ada', without(MINE))
    await open(2)
    ticker.push('2')
    await until('the others have another', () => ada.messages.length === 5 && grace.messages.length === 3)
    expect(ofId(ada, 'mine').map(({ type }) => type)).toEqual(['next', 'error'])
    expect(ofId(ada, 'mine')[1]?.payload).toMatchObject([
      { extensions: { code: 'PROJECT_ACCESS_DENIED', correlationId: expect.any(String) } },
    ])
    expect(ofId(ada, 'sibling').map(({ type }) => type)).toEqual(['next', 'next'])
    subscribe(ada, 'again', MINE)
    await until('it is refused', () => ofId(ada, 'again').length > 0)
    expect(ofId(ada, 'again')[0]?.payload).toMatchObject({
      errors: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }],
    })
  })

  test('R9: as an event stream ends with the code of the denial, too', async () => {
    const { url, open, change, ticker } = await arrange()
    const body = { query: TICK, variables: { id: projectId(MINE) } }
    const stream = await openEventSource(`${url}/graphql`, body, { authorization: 'ada' })
    await open(1)
    ticker.push('1')
    expect((await stream.message(0)).data).toMatchObject({ data: { tick: { at: 1 } } })
    await change('ada', without(MINE))
    expect((await stream.message(1)).data).toMatchObject({
      errors: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }],
    })
    expect((await stream.message(2)).type).toBe('complete')
    await open(0)
    const again = await openEventSource(`${url}/graphql`, body, { authorization: 'ada' })
    expect((await again.message(0)).data).toMatchObject({ errors: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }] })
  })

  test('R9: of a client that reads slowly ends before what waited for it is sent', async () => {
    const { connect, subscribe, open, change, ticker } = await arrange()
    const ada = await connect('ada')
    ada.send({ id: 'wide', type: 'subscribe', payload: { query: WIDE, variables: { id: projectId(MINE) } } })
    subscribe(ada, 'sibling', SIBLING)
    await open(2)
    ada.socket.pause()
    for (let count = 0; count < 400; count++) {
      ticker.push('x')
      if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await change('ada', without(MINE))
    await open(1)
    ada.socket.resume()
    await until('it is told', () => ada.messages.some(({ type }) => type === 'error'))
    expect(ofId(ada, 'wide').at(-1)?.payload).toMatchObject([{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }])
    expect(ofId(ada, 'wide').length).toBeLessThan(400)
    await until('the other has everything', () => ofId(ada, 'sibling').length === 400)
  })

  test('R8: of somebody who is disabled ends with its connection, idle ones included', async () => {
    const { connect, subscribe, open, change } = await arrange()
    const [streaming, idle, grace] = [await connect('ada'), await connect('ada'), await connect('grace')]
    subscribe(streaming, '1')
    subscribe(grace, '1')
    await open(2)
    await change('ada', { ...adasGrants, disabled: true })
    expect([(await streaming.closed()).code, (await idle.closed()).code]).toEqual([4403, 4403])
    await open(1)
    expect(grace.socket.readyState).toBe(grace.socket.OPEN)
  })

  test('of a member who loses another project goes on', async () => {
    const { connect, subscribe, open, change, ticker } = await arrange()
    const ada = await connect('ada')
    subscribe(ada, '1', SIBLING)
    await open(1)
    await change('ada', without(MINE))
    ticker.push('1')
    await ada.message(1)
    expect(ada.messages[1]?.type).toBe('next')
  })

  test('R8: ends when something that it shows below its root may not be seen any more', async () => {
    const { connect, open, change, ticker } = await arrange()
    const note = (fields: string) => `subscription { noted(projectId: "${projectId(MINE)}") { ${fields} } }`
    const ada = await connect('ada')
    ada.send({ id: 'secret', type: 'subscribe', payload: { query: note('projectId secret') } })
    ada.send({ id: 'open', type: 'subscribe', payload: { query: note('projectId') } })
    await open(2)
    ticker.push('1')
    await until('both have an event', () => ada.messages.length === 3)
    expect(ofId(ada, 'secret')[0]?.payload).toMatchObject({ data: { noted: { secret: 'hush' } } })
    await change('ada', readerGrants)
    await until('one is ended', () => ofId(ada, 'secret').length === 2)
    expect(ofId(ada, 'secret').map(({ type }) => type)).toEqual(['next', 'error'])
    expect(ofId(ada, 'secret')[1]?.payload).toMatchObject([{ extensions: { code: 'CAPABILITY_REQUIRED' } }])
    ada.send({ id: 'again', type: 'subscribe', payload: { query: note('projectId secret') } })
    await open(2)
    ticker.push('2')
    await until('what stayed and what began anew have theirs', () => ada.messages.length === 6)
    expect(ofId(ada, 'open').map(({ type }) => type)).toEqual(['next', 'next'])
    expect(ofId(ada, 'again')[0]?.payload).toMatchObject({
      data: { noted: { projectId: projectId(MINE), secret: null } },
      errors: [{ path: ['noted', 'secret'], extensions: { code: 'CAPABILITY_REQUIRED' } }],
    })
    // Nothing that was denied from the beginning ends it.
    await change('ada', { ...readerGrants })
    ticker.push('3')
    await until('both go on', () => ada.messages.length === 8)
  })

  test('R8: shows nothing by grants of its beginning, reviewed or not', async () => {
    const { connect, open, ticker, lose } = await arrange()
    const ada = await connect('ada')
    const query = `subscription { noted(projectId: "${projectId(MINE)}") { secret } }`
    ada.send({ id: '1', type: 'subscribe', payload: { query } })
    await open(1)
    lose('ada')
    ticker.push('1')
    expect((await ada.message(1)).payload).toMatchObject({
      data: { noted: null },
      errors: [{ path: ['noted'], extensions: { code: 'CAPABILITY_REQUIRED' } }],
    })
  })

  test('that never could begin is refused, and a foreign project with it', async () => {
    const { connect, subscribe, ticker } = await arrange()
    const ada = await connect('ada')
    subscribe(ada, '1', FOREIGN)
    expect((await ada.message(1)).payload).toMatchObject({
      errors: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }],
    })
    expect(ticker.open()).toBe(0)
  })
})
