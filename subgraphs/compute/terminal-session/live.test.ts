import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createAccess, type Access } from '../../../platform/access/access.ts'
import { NO_GRANTS } from '../../../platform/access/grants.ts'
import { ANONYMOUS } from '../../../platform/access/principal.ts'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { eventually } from '../../../test/testkit/eventually.ts'
import { overriding } from '../../../test/testkit/overriding.ts'
import type { AllocationId } from '../allocation/model.ts'
import { createCompute, type Compute } from '../context.ts'
import { createTestCloud, type TestCloud } from '../testkit/test-cloud.ts'
import { terminalSteps } from '../testkit/terminal-steps.ts'
import {
  createTestTerminals,
  type TestGateway,
  type TestPerson,
  type TestTerminals,
} from '../testkit/test-terminals.ts'
import { computeUnits } from '../units.ts'
import { terminalHints, type TerminalHints } from './hints.ts'
import { terminalLive } from './live.ts'
import type { TerminalSession, TerminalSessionId } from './model.ts'
import type { OpenedTerminal } from './service.ts'

const OPEN = 'COMPUTE_TERMINAL_OPEN'
const MANAGE = 'COMPUTE_TERMINAL_MANAGE'

let cloud: TestCloud
let cache: Cache
let compute: Compute
let terminals: TestTerminals
let gateway: TestGateway
let project: ProjectScope
let allocation: AllocationId
let ada: TestPerson
let streams: AbortController

beforeAll(async () => {
  cloud = await createTestCloud()
})
afterAll(() => cloud.drop())

beforeEach(async () => {
  await cloud.clear()
  await cloud.rows('delete from compute.terminal_gateways')
  await cloud.region('here')
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  await cloud.node('n1')
  project = await cloud.project()
  cache = createMemoryCache({ clock: systemClock, log: silentLog })
  compute = createCompute({
    ...{ database: cloud.database, cache, clock: systemClock, ids: systemIds, log: silentLog },
    audience: () => Promise.resolve([]),
  })
  terminals = createTestTerminals(cloud)
  allocation = await terminals.activeAllocation(project)
  ada = terminals.person()
  ada.may(project, OPEN)
  gateway = await terminals.gateway({ cache })
  streams = new AbortController()
})
afterEach(async () => {
  streams.abort()
  await terminals.stop()
  await cache.close()
})

const accessOf = async ({ principal }: Pick<TestPerson, 'principal'>): Promise<Access> =>
  createAccess({ principal, grants: await terminals.source(principal), reload: terminals.source })

const liveWith = (hints: TerminalHints, pollEveryMs = 50) =>
  terminalLive({
    ...{ units: computeUnits(cloud.database), hints, clock: systemClock },
    ...{ pollEveryMs, grantsForMs: 50 },
  })

/** Of a bus that tells nobody anything. */
const silence: TerminalHints = {
  publish: () => Promise.resolve(),
  subscribe: () => Promise.resolve(() => Promise.resolve()),
}
/** Of a bus that is quick; nothing is found without it. */
const quick = () => terminalHints(cache, silentLog)
const HOUR_MS = 3_600_000

const { open, redeem } = terminalSteps(() => ({ compute, project, allocation, opener: ada, gateway }))

/** Six changes more, up to the end. */
const live = async (opened: OpenedTerminal): Promise<void> => {
  const { sessions } = gateway
  const ticket = await redeem(opened.token)
  for (const report of [sessions.connecting, sessions.active, sessions.detached, sessions.active, sessions.detached])
    expect(await report(ticket)).toBe('ok')
  await sessions.closed(ticket, 'EXIT', 3)
}

const streamOf = async (
  id: TerminalSessionId,
  by = silence,
  { after = undefined as number | undefined, as = ada } = {},
) => liveWith(by, by === silence ? 50 : HOUR_MS).open({ access: await accessOf(as), id, after, signal: streams.signal })

const states = async (stream: AsyncIterable<TerminalSession>): Promise<readonly string[]> => {
  const seen: string[] = []
  for await (const { version, state } of stream) seen.push(`${version.toString()} ${state}`)
  return seen
}

const WHOLE = [
  ...['1 REQUESTED', '2 TOKEN_ISSUED', '3 CONNECTING', '4 ACTIVE', '5 DETACHED', '6 ACTIVE', '7 DETACHED'],
  '8 CLOSED',
]

describe('the states of a session', () => {
  test.each([
    ['with hints alone', quick],
    ['with a bus that is dead', () => silence],
  ])('begin with the present one and end with CLOSED, none missed, none twice: %s', async (_, hintsOf) => {
    const opened = await open()
    const following = states(await streamOf(opened.session.id, hintsOf()))
    await live(opened)
    const seen = await following
    expect(seen).toEqual(WHOLE.slice(-seen.length))
    expect(seen.length).toBeGreaterThanOrEqual(1)
  })

  test('are gone on with after any version, each once', async () => {
    const opened = await open()
    await live(opened)
    for (const after of [0, 1, 4, 7, 8])
      expect(await states(await streamOf(opened.session.id, silence, { after }))).toEqual(WHOLE.slice(after))
  })

  test('are not missed by readers that are cut and come back with their last version, while they change', async () => {
    const opened = await open()
    const seen: number[] = []
    const reading = (async () => {
      for (let after = 0; after < 8;) {
        const stream = await streamOf(opened.session.id, silence, { after })
        const next = await stream.next()
        await stream.return?.()
        if (next.done === true) break
        seen.push(next.value.version)
        after = next.value.version
      }
    })()
    await live(opened)
    await reading
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('the same reader that looks at the row alone misses some: this test would catch it', async () => {
    const opened = await open()
    const scope = { kind: 'project-set', projects: [project] } as const
    const seen: number[] = []
    const look = async (): Promise<void> => {
      const [session] = await compute.terminals.findAll(scope, [opened.session.id])
      if (session !== undefined && session.version !== seen.at(-1)) seen.push(session.version)
    }
    await look()
    await live(opened)
    await look()
    expect(seen).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('after a version that is not there yet, or of another life, begin with the present one', async () => {
    const opened = await open()
    const stream = await streamOf(opened.session.id, silence, { after: 1_000 })
    expect(await stream.next()).toMatchObject({ value: { version: 2, state: 'TOKEN_ISSUED' } })
  })

  test('show the session as it was then, and why it ended with its end alone', async () => {
    const opened = await open()
    await live(opened)
    const all: TerminalSession[] = []
    for await (const session of await streamOf(opened.session.id, silence, { after: 0 })) all.push(session)
    expect(all.slice(0, -1).map(({ closeReason, endedAt, exitCode }) => [closeReason, endedAt, exitCode])).toEqual(
      Array.from({ length: 7 }, () => [undefined, undefined, undefined]),
    )
    expect(all.at(-1)).toMatchObject({ closeReason: 'EXIT', exitCode: 3 })
    expect(all.map(({ generation }) => generation)).toEqual([0, 0, 1, 1, 1, 1, 1, 1])
  })
})

test('an outage of the database delays a stream, and neither ends it nor lets it spin', async () => {
  const opened = await open()
  let isDown = false
  let asked = 0
  const units = computeUnits(cloud.database)
  const access = await accessOf(ada)
  const failing = overriding(access, {
    refresh: () => {
      asked++
      return isDown ? Promise.reject(catalogued('DATABASE_UNAVAILABLE')) : access.refresh()
    },
  })
  const { open: follow } = terminalLive({
    ...{ units, hints: silence, clock: systemClock, pollEveryMs: 50, grantsForMs: 0 },
  })
  await live(opened)
  const stream = await follow({ access: failing, id: opened.session.id, after: 0, signal: streams.signal })
  expect(await stream.next()).toMatchObject({ value: { version: 1 } })
  isDown = true
  asked = 0
  const next = stream.next()
  await eventually(() => {
    expect(asked).toBeGreaterThan(2)
  })
  const before = asked
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked - before).toBeLessThanOrEqual(1)
  isDown = false
  expect(await next).toMatchObject({ value: { version: 2 } })
})

describe('who may follow', () => {
  const denial = (code: string) => expect.objectContaining({ code })

  test('its opener, and whoever manages the project’s; each leaves an audit row', async () => {
    const { session } = await open()
    const bob = terminals.person()
    bob.may(project, OPEN)
    await expect(streamOf(session.id, silence, { as: bob })).rejects.toEqual(denial('CAPABILITY_REQUIRED'))
    bob.may(project, OPEN, MANAGE)
    expect(await (await streamOf(session.id, silence, { as: bob })).next()).toMatchObject({ value: { version: 2 } })
    expect(await (await streamOf(session.id)).next()).toMatchObject({ value: { version: 2 } })
    const rows = await cloud.rows('select from compute.audit_log where action = $1 and target = $2', [
      'compute.terminal.follow',
      session.id.text,
    ])
    expect(rows).toHaveLength(2)
  })

  test('R43: nobody of another project, whether the session exists or not', async () => {
    const { session } = await open()
    const stranger = terminals.person()
    stranger.may(await cloud.project(), OPEN, MANAGE)
    const missing = ownedId('trm', project.projectId, systemIds.next())
    for (const id of [session.id, missing])
      await expect(streamOf(id, silence, { as: stranger })).rejects.toEqual(denial('PROJECT_ACCESS_DENIED'))
    await expect(streamOf(missing)).rejects.toEqual(denial('NOT_FOUND'))
    const anonymous = createAccess({
      principal: ANONYMOUS,
      grants: NO_GRANTS,
      reload: () => Promise.resolve(NO_GRANTS),
    })
    const asked = liveWith(silence).open({ access: anonymous, id: missing, after: undefined, signal: streams.signal })
    await expect(asked).rejects.toEqual(denial('UNAUTHENTICATED'))
  })

  test('until the permission ends: then the stream does, with the code of the denial', async () => {
    const { session } = await open()
    const stream = await streamOf(session.id)
    await stream.next()
    const waiting = stream.next()
    ada.may(project, 'PROJECT_READ')
    await expect(waiting).rejects.toEqual(denial('CAPABILITY_REQUIRED'))
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

test('R44: what is told of one session reaches no watcher of another', async () => {
  const [one, other] = [await open(), await open()]
  const hints = quick()
  const heard: string[] = []
  const placed = ({ session }: OpenedTerminal) => ({
    ...{ scope: project, allocationId: allocation.local, nodeId: session.nodeId, sessionId: session.id.local },
  })
  await hints.subscribe(placed(one), (version) => heard.push(`one ${version.toString()}`))
  await hints.subscribe(placed(other), (version) => heard.push(`other ${version.toString()}`))
  const elsewhere = { ...placed(one), nodeId: systemIds.next() }
  await hints.publish(elsewhere, 108)
  await hints.publish({ ...placed(one), allocationId: systemIds.next() }, 109)
  await hints.publish(placed(one), 103)
  await hints.publish(placed(other), 104)
  await eventually(() => {
    expect(heard.filter((told) => told.includes(' 10'))).toEqual(['one 103', 'other 104'])
  })
})

test('a stream that is ended while it waits ends at once, and leaves the bus', async () => {
  let listeners = 0
  const counted: TerminalHints = {
    publish: () => Promise.resolve(),
    subscribe: () => {
      listeners++
      return Promise.resolve(() => {
        listeners--
        return Promise.resolve()
      })
    },
  }
  const { session } = await open()
  const stream = await liveWith(counted, HOUR_MS).open({
    ...{ access: await accessOf(ada), id: session.id, after: undefined, signal: streams.signal },
  })
  await stream.next()
  const waiting = stream.next()
  streams.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(listeners).toBe(0)
})
