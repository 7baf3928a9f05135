import { expect, test } from '@jest/globals'
import { until } from '../../test/testkit/until.ts'
import type { Ending, TerminalSessions, TerminalTicket } from '../sessions.ts'

interface Gateway {
  readonly id: string
  readonly sessions: TerminalSessions
}

/** The control of sessions with two gateways, and one session. */
export interface SessionsStage {
  readonly gateways: readonly [Gateway, Gateway]
  /** A token of the next attachment of the session, the first one at first: at this gateway. */
  readonly mint: (gateway: Gateway) => Promise<string>
}

/** What byte gateways may rely on, whoever keeps the sessions. */
export const sessionsConformance = (arrange: () => Promise<SessionsStage>): void => {
  const redeemed = async ({ id, sessions }: Gateway, token: string): Promise<TerminalTicket> => {
    const redemption = await sessions.redeem({ token, gatewayId: id })
    if (!redemption.ok) throw new Error(redemption.code)
    return redemption.ticket
  }

  test('a token is good at its own gateway, once; at another one it is spent for nothing', async () => {
    const { gateways, mint } = await arrange()
    const [first, second] = gateways
    const [own, strayed] = [await mint(first), await mint(first)]
    await redeemed(first, own)
    const again = await first.sessions.redeem({ token: own, gatewayId: first.id })
    expect(again).toEqual({ ok: false, code: 'TERMINAL_TOKEN_REPLAYED' })
    const elsewhere = await second.sessions.redeem({ token: strayed, gatewayId: second.id })
    expect(elsewhere).toEqual({ ok: false, code: 'TERMINAL_TOKEN_INVALID' })
    const late = await first.sessions.redeem({ token: strayed, gatewayId: first.id })
    expect(late).toEqual({ ok: false, code: 'TERMINAL_TOKEN_REPLAYED' })
  })

  test('each step of an attachment may be told twice, and none before the one that it follows', async () => {
    const { gateways, mint } = await arrange()
    const [{ sessions }] = gateways
    const ticket = await redeemed(gateways[0], await mint(gateways[0]))
    expect([await sessions.active(ticket), await sessions.detached(ticket)]).toEqual(['stale', 'stale'])
    for (const step of [sessions.connecting, sessions.active, sessions.detached, sessions.active])
      expect([await step(ticket), await step(ticket)]).toEqual(['ok', 'ok'])
  })

  test('an attachment that another gateway begins as well is refused there', async () => {
    const { gateways, mint } = await arrange()
    const [first, second] = gateways
    const ticket = await redeemed(first, await mint(first))
    expect(await first.sessions.connecting(ticket)).toBe('ok')
    expect(await second.sessions.connecting({ ...ticket, gatewayId: second.id })).toBe('stale')
    expect(await first.sessions.active(ticket)).toBe('ok')
  })

  test('a later attachment takes over: the earlier one is told, and changes nothing any more', async () => {
    const { gateways, mint } = await arrange()
    const [first, second] = gateways
    const earlier = await redeemed(first, await mint(first))
    await first.sessions.connecting(earlier)
    const endings: Ending[] = []
    const holding = first.sessions.hold(earlier, (ending) => endings.push(ending))
    const later = await redeemed(second, await mint(second))
    expect(await second.sessions.connecting(later)).toBe('ok')
    await until('the earlier one is told', () => endings.length > 0)
    expect(endings).toEqual([{ kind: 'taken-over', generation: later.generation }])
    holding.release()
    const { connecting, active, detached, closed, resized } = first.sessions
    const reports = [connecting(earlier), active(earlier), detached(earlier), resized(earlier, earlier)]
    expect(await Promise.all([...reports, closed(earlier, 'EXIT', 0)])).toEqual(Array(5).fill('stale'))
    expect(await second.sessions.active(later)).toBe('ok')
  })

  test('a session that is over stays so: whoever holds it is told why, and no token opens it', async () => {
    const { gateways, mint } = await arrange()
    const [first, second] = gateways
    const ticket = await redeemed(first, await mint(first))
    const token = await mint(second)
    await first.sessions.connecting(ticket)
    const endings: Ending[] = []
    const holding = first.sessions.hold(ticket, (ending) => endings.push(ending))
    expect(await second.sessions.closed({ ...ticket, gatewayId: second.id }, 'EXIT', 3)).toBe('ok')
    await until('its holder is told', () => endings.length > 0)
    expect(endings).toEqual([{ kind: 'closed', reason: 'EXIT', exitCode: 3 }])
    holding.release()
    const { connecting, active, detached, closed } = first.sessions
    const reports = [connecting(ticket), active(ticket), detached(ticket), closed(ticket, 'IDLE')]
    expect(await Promise.all(reports)).toEqual(Array(4).fill('closed'))
    const refused = await second.sessions.redeem({ token, gatewayId: second.id })
    expect(refused).toEqual({ ok: false, code: 'TERMINAL_SESSION_CLOSED' })
  })
}
