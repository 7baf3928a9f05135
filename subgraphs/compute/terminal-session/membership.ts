import type { Log } from '../../../platform/log/log.ts'
import type { Membership, TerminalGateway } from '../../../terminal/sessions.ts'
import type { TerminalGateways } from './gateways.ts'

export interface MembershipParts {
  readonly gateways: TerminalGateways
  /** Everything that the gateway still holds becomes DETACHED. */
  readonly letGo: (gatewayId: string) => Promise<void>
  readonly log: Log
  readonly everyMs?: number
}

/** A third of the time after which a silent gateway counts as gone. */
const EVERY_MS = 5_000

/** Tells where the gateway is, at once and then again and again. Rejects when it cannot be told the first time. */
export const joinGateways = async (
  { gateways, letGo, log, everyMs = EVERY_MS }: MembershipParts,
  { id, url, capacity, held }: TerminalGateway,
): Promise<Membership & { readonly stop: () => void }> => {
  let standing: 'open' | 'draining' | 'gone' = 'open'

  const tell = async (): Promise<void> => {
    await gateways.tell({ id, url, capacity, held: held() })
    if (standing === 'draining') await gateways.drain(id) // forgotten while the database was away, it began anew
  }

  await gateways.remove(id) // whoever was called so before: whether that one drained is not of this one
  await tell()
  let telling: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    telling = telling.then(tell).catch((error: unknown) => {
      log.warn({ err: error }, 'a terminal gateway could not tell of itself; clients may be sent elsewhere')
    })
  }, everyMs)
  timer.unref()

  const stop = (): void => {
    standing = 'gone'
    clearInterval(timer)
  }
  return {
    stop,
    drain: async () => {
      standing = 'draining'
      await gateways.drain(id)
    },
    leave: async () => {
      stop()
      await telling
      await letGo(id)
      await gateways.remove(id)
    },
  }
}
