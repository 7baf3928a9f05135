import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import { systemClock } from '../../../platform/clock/clock.ts'
import { idConnection, idPage, type IdPage } from '../../../platform/graphql/id-page.ts'
import { keyedCall, runKeyed } from '../../../platform/idempotency/keyed-call.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { sessionsConformance } from '../../../terminal/testkit/sessions-conformance.ts'
import { eventually } from '../../../test/testkit/eventually.ts'
import type { AllocationId } from '../allocation/model.ts'
import { createCompute, type Compute } from '../context.ts'
import { createTestCloud, granted, jobGrant, type TestCloud } from '../testkit/test-cloud.ts'
import { terminalSteps } from '../testkit/terminal-steps.ts'
import {
  createTestTerminals,
  type TestGateway,
  type TestPerson,
  type TestTerminals,
} from '../testkit/test-terminals.ts'
import type { TerminalSessionId, TerminalState } from './model.ts'

const OPEN = 'COMPUTE_TERMINAL_OPEN'

let cloud: TestCloud
let cache: Cache
let compute: Compute
let terminals: TestTerminals
let project: ProjectScope
let allocation: AllocationId
let ada: TestPerson
let gateway: TestGateway
const holders = new Set<string>()

beforeAll(async () => {
  cloud = await createTestCloud()
})
afterAll(() => cloud.drop())

beforeEach(async () => {
  await cloud.clear()
  await cloud.rows('delete from compute.terminal_gateways')
  await cloud.region('here')
  await cloud.sku('slice', { shape: 'VM_SLICE', gpuCount: 1 })
  await cloud.node('n1', { slots: 8 })
  project = await cloud.project()
  cache = createMemoryCache({ clock: systemClock, log: silentLog })
  compute = computeWith({})
  terminals = createTestTerminals(cloud)
  allocation = await terminals.activeAllocation(project)
  ada = terminals.person()
  ada.may(project, OPEN)
  holders.clear()
  holders.add(ada.userId)
  gateway = await terminals.gateway({ cache })
})
afterEach(async () => {
  await terminals.stop()
  await cache.close()
})

const LIMITS = {
  tokenMs: 30_000,
  idleMs: 60_000,
  maxDurationMs: 3_600_000,
  perAllocation: 3,
  perOpener: 3,
}

const computeWith = (limits: Partial<typeof LIMITS>, on = cache): Compute =>
  createCompute({
    ...{ database: cloud.database, cache: on, clock: systemClock, ids: cloud.database.ids, log: silentLog },
    audience: () => Promise.resolve([...holders] as never), // the ids of people above
    terminals: { ...LIMITS, ...limits },
  })

const input = (of: Partial<Parameters<Compute['terminals']['open']>[1]> = {}) => ({
  ...{ allocationId: allocation, columns: 80, rows: 24, isRecorded: false, replaces: undefined },
  ...of,
})

const { open, reattach, redeem, attach, held, sessionOf } = terminalSteps(() => ({
  ...{ compute, project, allocation, opener: ada, gateway },
}))

const states = async (id: TerminalSessionId) =>
  (
    await cloud.rows<{ version: number; state: string }>(
      'select version, state from compute.terminal_transitions where session_id = $1 order by version',
      [id.local],
    )
  ).map(({ version, state }) => `${version.toString()} ${state}`)

describe('the way of a session', () => {
  test('from its opening to its exit, each step with its audit row and its event, versions without a gap', async () => {
    const opened = await open()
    expect(opened).toMatchObject({ url: expect.stringContaining(gateway.id), session: { state: 'TOKEN_ISSUED' } })
    const ticket = await attach(opened)
    expect(ticket).toMatchObject({ generation: 1, columns: 80, rows: 24, isRecorded: false, idleMs: 60_000 })
    expect(await gateway.sessions.detached(ticket)).toBe('ok')
    const again = await attach(await reattach(opened.session.id))
    expect(again.generation).toBe(2)
    expect(await gateway.sessions.closed(again, 'EXIT', 7)).toBe('ok')

    const { id } = opened.session
    expect(await states(id)).toEqual([
      '1 REQUESTED',
      '2 TOKEN_ISSUED',
      '3 CONNECTING',
      '4 ACTIVE',
      '5 DETACHED',
      '6 DETACHED',
      '7 ACTIVE',
      '8 CLOSED',
    ])
    expect(await sessionOf(id)).toMatchObject({ state: 'CLOSED', closeReason: 'EXIT', exitCode: 7, version: 8 })
    const audited = await cloud.rows<{ action: string; actor_kind: string }>(
      `select action, actor_kind from compute.audit_log where target = $1 order by id`,
      [id.text],
    )
    expect(audited.map(({ action, actor_kind }) => `${actor_kind} ${action.replace('compute.terminal.', '')}`)).toEqual(
      [
        ...['user open', 'user connect', 'system activate', 'system detach'],
        ...['user reattach', 'user connect', 'system activate', 'system close'],
      ],
    )
    const events = await cloud.rows<{ data: { version: number } }>(
      `select data from compute.outbox where type = 'gpuaas.terminal.session_changed' and project_id = $1 order by id`,
      [project.projectId],
    )
    expect(events.map(({ data }) => data.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('a report that comes twice changes nothing the second time', async () => {
    const ticket = await attach(await open())
    expect(await gateway.sessions.connecting(ticket)).toBe('ok')
    expect(await gateway.sessions.active(ticket)).toBe('ok')
    expect(await gateway.sessions.detached(ticket)).toBe('ok')
    expect(await gateway.sessions.detached(ticket)).toBe('ok')
    expect(await gateway.sessions.closed(ticket, 'EXIT', 0)).toBe('ok')
    expect(await gateway.sessions.closed(ticket, 'IDLE')).toBe('closed')
    const [session] = await cloud.rows<{ close_reason: string; version: number }>(
      'select close_reason, version from compute.terminal_sessions',
    )
    expect(session).toEqual({ close_reason: 'EXIT', version: 6 })
  })

  test('keeps its size and what is recorded of it', async () => {
    const opened = await open(ada, compute, { isRecorded: true, columns: 100 })
    const ticket = await attach(opened)
    expect(await gateway.sessions.resized(ticket, { columns: 120, rows: 40 })).toBe('ok')
    const head = 'a'.repeat(64)
    await gateway.sessions.recorded(ticket, { reference: 'casts/1', bytes: 200, head })
    await gateway.sessions.recorded(ticket, { reference: 'casts/1', bytes: 100, head: 'b'.repeat(64) })
    expect(await sessionOf(opened.session.id)).toMatchObject({
      ...{ columns: 120, rows: 40, isRecorded: true },
      recording: { reference: 'casts/1', bytes: 200n, head },
    })
  })
})

describe('R41: a token', () => {
  test('opens nothing at another gateway, nor for another caller, and is spent by the attempt', async () => {
    const other = await terminals.gateway({ cache, capacity: 1, held: () => 1 })
    const [first, second] = [await open(), await open()]
    expect(await other.sessions.redeem({ token: first.token, gatewayId: other.id })).toMatchObject({
      code: 'TERMINAL_TOKEN_INVALID',
    })
    expect(await gateway.sessions.redeem({ token: first.token, gatewayId: gateway.id })).toMatchObject({
      code: 'TERMINAL_TOKEN_REPLAYED',
    })
    const stolen = { token: second.token, gatewayId: gateway.id, callerKey: 'user:somebody-else' }
    expect(await gateway.sessions.redeem(stolen)).toMatchObject({ code: 'TERMINAL_TOKEN_INVALID' })
  })

  test('opens nothing once its caller may no longer, or its session is over', async () => {
    const [first, second] = [await open(), await open()]
    await compute.terminals.close(ada.grant(project, OPEN), 'own', first.session.id)
    expect(await gateway.sessions.redeem({ token: first.token, gatewayId: gateway.id })).toMatchObject({
      code: 'TERMINAL_SESSION_CLOSED',
    })
    ada.may(project, 'PROJECT_READ')
    expect(await gateway.sessions.redeem({ token: second.token, gatewayId: gateway.id })).toMatchObject({
      code: 'TERMINAL_REVOKED',
    })
  })

  test('R42: of fifty connections with one token one is accepted; spendings and replays are counted', async () => {
    const { token } = await open()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => gateway.sessions.redeem({ token, gatewayId: gateway.id })),
    )
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.filter((answer) => !answer.ok && answer.code === 'TERMINAL_TOKEN_REPLAYED')).toHaveLength(49)
    expect(terminals.counts).toEqual({ consumed: 1, replayed: 49 })
  })
})

describe('openTerminal', () => {
  const refusal = async (of = {}, as = ada, by = compute) => {
    const opened = await by.terminals.open(as.grant(project, OPEN), input(of))
    return opened.ok ? 'opened' : opened.error
  }

  test('needs an ACTIVE allocation of the project, and a size', async () => {
    const other = await cloud.project()
    const foreign = await terminals.activeAllocation(other)
    expect(await refusal({ allocationId: foreign })).toBe('NOT_FOUND')
    expect(await refusal({ columns: 0 })).toBe('SIZE_INVALID')
    await cloud.compute.allocations.release(granted(project, 'COMPUTE_ALLOCATION_RELEASE'), allocation)
    expect(await refusal()).toBe('ALLOCATION_NOT_ACTIVE')
  })

  test('keeps to its limits, however many ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => refusal()))
    expect(all.filter((outcome) => outcome === 'opened')).toHaveLength(3)
    expect(new Set(all.filter((outcome) => outcome !== 'opened'))).toEqual(new Set(['TOO_MANY_IN_ALLOCATION']))
    const roomy = computeWith({ perAllocation: 100 })
    expect(await refusal({}, ada, roomy)).toBe('TOO_MANY_OF_CALLER')
    const bob = terminals.person()
    bob.may(project, OPEN)
    expect(await refusal({}, bob, roomy)).toBe('opened')
  })

  test('in favour of which another of the caller’s ends counts without that one', async () => {
    const first = await open()
    await open()
    await open()
    expect(await refusal()).toBe('TOO_MANY_IN_ALLOCATION')
    expect(await refusal({ replaces: first.session.id })).toBe('opened')
    expect(await sessionOf(first.session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'TAKEN_OVER' })
    const bob = terminals.person()
    bob.may(project, OPEN)
    const roomy = computeWith({ perAllocation: 100 })
    expect(await refusal({ replaces: first.session.id }, bob, roomy)).toBe('REPLACED_NOT_THE_OPENER')
  })

  test('needs a gateway that lives, takes clients and has room, and prefers the emptier one', async () => {
    const busy = await terminals.gateway({ cache, capacity: 2, held: () => 1 })
    expect((await open()).url).toContain(gateway.id)
    await cloud.rows('update compute.terminal_gateways set drained_at = now() where id = $1', [gateway.id])
    expect((await open()).url).toContain(busy.id)
    await cloud.rows('update compute.terminal_gateways set held = capacity where id = $1', [busy.id])
    expect(await refusal()).toBe('TERMINAL_CAPACITY')
    await cloud.rows(`update compute.terminal_gateways set seen_at = now() - interval '1 minute'`)
    expect(await refusal()).toBe('TERMINAL_UNAVAILABLE')
  })
})

describe('a session belongs to its opener', () => {
  test('nobody else reattaches; who manages the project’s ends it, another does not', async () => {
    const { session } = await open()
    const bob = terminals.person()
    bob.may(project, OPEN)
    expect(await compute.terminals.reattach(bob.grant(project, OPEN), session.id)).toEqual({
      ok: false,
      error: 'NOT_THE_OPENER',
    })
    expect(await compute.terminals.close(bob.grant(project, OPEN), 'own', session.id)).toEqual({
      ok: false,
      error: 'NOT_THE_OPENER',
    })
    expect(await compute.terminals.close(bob.grant(project, OPEN), 'any', session.id)).toMatchObject({
      value: { state: 'CLOSED', closeReason: 'CLOSED_BY_USER' },
    })
    expect(await compute.terminals.reattach(ada.grant(project, OPEN), session.id)).toEqual({
      ok: false,
      error: 'SESSION_CLOSED',
    })
  })

  test('R43: another project’s session is not there, whoever asks', async () => {
    const { session } = await open()
    const elsewhere = await cloud.project()
    ada.may(elsewhere, OPEN)
    const grant = ada.grant(elsewhere, OPEN)
    expect(await compute.terminals.reattach(grant, session.id)).toEqual({ ok: false, error: 'NOT_FOUND' })
    expect(await compute.terminals.close(grant, 'any', session.id)).toEqual({ ok: false, error: 'NOT_FOUND' })
    const of = { allocationId: await terminals.activeAllocation(elsewhere), replaces: session.id }
    expect(await compute.terminals.open(grant, input(of))).toEqual({ ok: false, error: 'REPLACED_NOT_FOUND' })
    expect(await sessionOf(session.id)).toMatchObject({ state: 'TOKEN_ISSUED' })
  })
})

test('the sessions of several allocations are listed newest first, page by page, in the states asked for', async () => {
  const other = await terminals.activeAllocation(project)
  const [first, second] = [await open(), await open()]
  const beside = await open(ada, compute, { allocationId: other })
  await compute.terminals.close(ada.grant(project, OPEN), 'own', first.session.id)
  const scope = { kind: 'project-set', projects: [project] } as const
  const list = async (page: IdPage, states?: readonly TerminalState[]) => {
    const found = await compute.terminals.pages(scope, [allocation, other], { ...page, states })
    const of = Map.groupBy(found, ({ allocationId }) => allocationId.text)
    return [allocation, other].map(({ text }) => (of.get(text) ?? []).map(({ id }) => id.text))
  }
  const [one, two, three] = [first, second, beside].map(({ session }) => session.id.text)
  const whole = idPage({ first: 10 }, 'Allocation.terminalSessions')
  expect(await list(whole)).toEqual([[two, one], [three]])
  expect(await list(whole, ['CLOSED'])).toEqual([[one], []])
  const total = async (states?: readonly TerminalState[]) => [
    ...(await compute.terminals.totals(scope, [allocation, other], { ...whole, states })).values(),
  ]
  expect([await total(), await total(['CLOSED'])]).toEqual([
    [2, 1],
    [1, 0],
  ])
  const { pageInfo } = idConnection(
    [second.session, first.session],
    { ...whole, limit: 1 },
    ({ id }) => id.local,
    () => 2,
  )
  const rest = idPage({ first: 10, after: pageInfo.endCursor }, 'Allocation.terminalSessions')
  expect(await list(rest)).toEqual([[one], []])
  const elsewhere = { kind: 'project-set', projects: [await cloud.project()] } as const
  const outside = { ...whole, states: undefined }
  expect(await compute.terminals.pages(elsewhere, [allocation, other], outside)).toEqual([])
  expect(await compute.terminals.totals(elsewhere, [allocation, other], outside)).toEqual(new Map())
})

describe('taking over', () => {
  test('the later attachment holds the session, and the earlier one is told and changes nothing more', async () => {
    const opened = await open()
    const first = await attach(opened)
    const watched = held(first)
    const second = await attach(await reattach(opened.session.id))
    await eventually(() => {
      expect(watched.endings).toEqual([{ kind: 'taken-over', generation: 2 }])
    })
    expect(await gateway.sessions.detached(first)).toBe('stale')
    expect(await gateway.sessions.resized(first, { columns: 1, rows: 1 })).toBe('stale')
    expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'ACTIVE', generation: 2 })
    expect(await gateway.sessions.closed(second, 'EXIT', 0)).toBe('ok')
  })

  test('of two tokens the one minted later wins, in whatever order they are redeemed', async () => {
    const opened = await open()
    const later = await reattach(opened.session.id)
    const [first, second] = [await redeem(opened.token), await redeem(later.token)]
    expect(await gateway.sessions.connecting(second)).toBe('ok')
    expect(await gateway.sessions.connecting(first)).toBe('stale')
  })

  test('of two answers for one attachment, at two gateways, the one used first holds the session', async () => {
    const { id } = (await open()).session
    const keyed = () => runKeyed(keyedCall('reattachTerminal', { id: id.text }, 'again'), () => reattach(id))
    const here = await keyed()
    await cloud.rows('update compute.terminal_gateways set drained_at = now() where id = $1', [gateway.id])
    const other = await terminals.gateway({ cache })
    const there = await keyed()
    expect(there.url).toContain(other.id)
    const [first, second] = [await redeem(here.token), await redeem(there.token, other)]
    expect(second.generation).toBe(first.generation)
    expect(await gateway.sessions.connecting(first)).toBe('ok')
    expect(await other.sessions.connecting(second)).toBe('stale')
    expect(await gateway.sessions.connecting(first)).toBe('ok')
    expect(await sessionOf(id)).toMatchObject({ gatewayId: gateway.id, generation: first.generation })
  })

  test('at another gateway: the first lets go, and cannot close what is not its own any more', async () => {
    const opened = await open()
    const first = await attach(opened)
    const watched = held(first)
    await cloud.rows('update compute.terminal_gateways set drained_at = now() where id = $1', [gateway.id])
    const other = await terminals.gateway({ cache })
    const moved = await reattach(opened.session.id)
    expect(moved.url).toContain(other.id)
    await attach(moved, other)
    await eventually(() => {
      expect(watched.endings).toHaveLength(1)
    })
    expect(await gateway.sessions.closed(first, 'NODE_LOST')).toBe('stale')
    expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'ACTIVE', gatewayId: other.id })
  })
})

describe('a session ends', () => {
  test('when its opener closes it, at the gateway that holds it', async () => {
    const opened = await open()
    const watched = held(await attach(opened))
    await compute.terminals.close(ada.grant(project, OPEN), 'own', opened.session.id)
    await eventually(() => {
      expect(watched.endings).toEqual([{ kind: 'closed', reason: 'CLOSED_BY_USER', exitCode: undefined }])
    })
  })

  test('RELEASED, with the release of its allocation, in the same transaction', async () => {
    const opened = await open()
    const watched = held(await attach(opened))
    await compute.allocations.release(granted(project, 'COMPUTE_ALLOCATION_RELEASE'), allocation)
    expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'RELEASED' })
    await eventually(() => {
      expect(watched.endings).toEqual([{ kind: 'closed', reason: 'RELEASED', exitCode: undefined }])
    })
  })

  test('REVOKED, when its opener may no longer open one: at once with the message', async () => {
    const opened = await open()
    const watched = held(await attach(opened))
    ada.may(project, 'PROJECT_READ')
    await terminals.announce(ada)
    await eventually(() => {
      expect(watched.endings).toEqual([{ kind: 'closed', reason: 'REVOKED', exitCode: undefined }])
    })
    await eventually(async () => {
      expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'REVOKED' })
    })
  })

  test('REVOKED without the message too, within the five seconds of grants', async () => {
    const watched = held(await attach(await open()))
    ada.may(project, 'PROJECT_READ')
    await eventually(() => {
      expect(watched.endings).toHaveLength(1)
    })
  })

  test('REVOKED before it connects, where the permission ended in between', async () => {
    const opened = await open()
    const ticket = await redeem(opened.token)
    ada.may(project, 'PROJECT_READ')
    await terminals.announce(ada)
    expect(await gateway.sessions.connecting(ticket)).toBe('closed')
    expect(await sessionOf(opened.session.id)).toMatchObject({ closeReason: 'REVOKED' })
  })

  test('IDLE, when nothing happened for too long; what happens in it keeps it open', async () => {
    const brisk = computeWith({ idleMs: 400 })
    const [first, second] = [await open(ada, brisk), await open(ada, brisk)]
    const [idle, used] = [held(await attach(first)), held(await attach(second))]
    await eventually(() => {
      used.touch()
      expect(idle.endings).toEqual([{ kind: 'closed', reason: 'IDLE', exitCode: undefined }])
    })
    expect(used.endings).toEqual([])
    used.release()
  })

  test('MAX_DURATION, whatever happens in it', async () => {
    const brief = computeWith({ maxDurationMs: 500 })
    const opened = await open(ada, brief)
    const watched = held(await attach(opened))
    await eventually(() => {
      watched.touch()
      expect(watched.endings).toEqual([{ kind: 'closed', reason: 'MAX_DURATION', exitCode: undefined }])
    })
    expect(await sessionOf(opened.session.id)).toMatchObject({ closeReason: 'MAX_DURATION' })
  })

  test('what was released is told of nothing', async () => {
    const opened = await open()
    const watched = held(await attach(opened))
    watched.release()
    const other = held(await redeem((await reattach(opened.session.id)).token))
    await compute.terminals.close(ada.grant(project, OPEN), 'own', opened.session.id)
    await eventually(() => {
      expect(other.endings).toHaveLength(1)
    })
    expect(watched.endings).toEqual([])
  })
})

describe('the look from outside', () => {
  const check = (id: TerminalSessionId, by = compute) => by.terminalChecks.check(jobGrant(project), id)
  const age = (seconds: number) =>
    cloud.rows(`update compute.terminal_sessions set last_active_at = last_active_at - make_interval(secs => $1)`, [
      seconds,
    ])
  const silence = (id: string) =>
    cloud.rows(`update compute.terminal_gateways set seen_at = now() - interval '1 minute' where id = $1`, [id])

  test('is queued with the session, and comes back while it is open', async () => {
    const { session } = await open()
    const queued = () =>
      cloud.rows<{ run_at: Date }>('select run_at from graphile_worker.jobs where key = $1', [
        `compute.check-terminal:${session.id.local}`,
      ])
    const [first] = await queued()
    expect(first?.run_at.getTime()).toBe(session.createdAt.getTime() + 60_000)
    await check(session.id)
    expect(await queued()).toHaveLength(1)
  })

  test('ends what nobody came for, and what a dead gateway left open past its time', async () => {
    const [waiting, used] = [await open(), await open()]
    await attach(used)
    await gateway.kill()
    await silence(gateway.id)
    await age(61)
    await check(waiting.session.id)
    await check(used.session.id)
    for (const { session } of [waiting, used])
      expect(await sessionOf(session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'IDLE' })
  })

  test('takes a session from a gateway that is gone, to be reattached at another', async () => {
    const opened = await open()
    await attach(opened)
    await gateway.kill()
    await silence(gateway.id)
    await check(opened.session.id)
    expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'DETACHED', gatewayId: undefined })
    const other = await terminals.gateway({ cache })
    const ticket = await attach(await reattach(opened.session.id), other)
    expect(ticket).toMatchObject({ gatewayId: other.id, generation: 2 })
  })

  test('leaves what a living gateway holds to it, even where the row knows of no use for a while', async () => {
    const opened = await open()
    await attach(opened)
    await age(61)
    await check(opened.session.id)
    expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'ACTIVE' })
  })

  test('ends what its opener may no longer hold', async () => {
    const { session } = await open()
    holders.clear()
    await check(session.id)
    expect(await sessionOf(session.id)).toMatchObject({ state: 'CLOSED', closeReason: 'REVOKED' })
  })
})

test('a process that dies between redeem and connecting leaves a session that goes on, and a token that is spent', async () => {
  const opened = await open()
  await redeem(opened.token)
  await gateway.kill()
  await cloud.rows('delete from compute.terminal_gateways')
  const other = await terminals.gateway({ cache })
  expect(await other.sessions.redeem({ token: opened.token, gatewayId: other.id })).toMatchObject({
    code: 'TERMINAL_TOKEN_REPLAYED',
  })
  expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'TOKEN_ISSUED' })
  const ticket = await attach(await reattach(opened.session.id), other)
  expect(ticket.generation).toBe(2)
})

test('a gateway that leaves lets go of what it holds', async () => {
  const leaving = await terminals.gateway({ cache, capacity: 1000 })
  await cloud.rows('delete from compute.terminal_gateways where id = $1', [gateway.id])
  const opened = await open()
  const ticket = await attach(opened, leaving)
  const watched = held(ticket, leaving)
  await leaving.membership.leave()
  expect(await sessionOf(opened.session.id)).toMatchObject({ state: 'DETACHED', gatewayId: undefined })
  expect(watched.endings).toEqual([])
  expect(await cloud.rows('select id from compute.terminal_gateways')).toEqual([])
})

describe('as every control of sessions', () => {
  sessionsConformance(async () => {
    const [first, second] = [gateway, await terminals.gateway({ cache })]
    let id: TerminalSessionId | undefined
    return {
      gateways: [first, second],
      mint: async (at) => {
        // The other one takes nobody.
        await cloud.rows('update compute.terminal_gateways set drained_at = case when id <> $1 then now() end', [at.id])
        const opened = id === undefined ? await open() : await reattach(id)
        id = opened.session.id
        return opened.token
      },
    }
  })
})
