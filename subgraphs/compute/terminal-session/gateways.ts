import { systemGrant } from '../../../platform/access/authorize.ts'
import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import { ok } from '../../../platform/result/result.ts'
import type { ComputeUnits } from '../units.ts'
import type { TerminalGatewayRepository } from './gateway-repository.ts'

/** Where clients of a terminal are sent. */
export interface GatewayPlace {
  readonly id: string
  /** `wss://…`. */
  readonly url: string
}

/** What a gateway tells of itself. */
export interface GatewayNotice extends GatewayPlace {
  readonly capacity: number
  readonly held: number
}

/** The terminal gateways that run, as the database knows them. */
export type TerminalGateways = ReturnType<typeof terminalGateways>

export const terminalGateways = ({ platform }: Pick<ComputeUnits, 'platform'>) => {
  const change = async (work: (gateways: TerminalGatewayRepository) => Promise<void>): Promise<void> => {
    await platform.write(systemGrant(PLATFORM_SCOPE, 'compute.terminal-gateway'), async ({ gateways }) => {
      await work(gateways)
      return ok(undefined)
    })
  }
  return {
    tell: (notice: GatewayNotice) => change((gateways) => gateways.tell(notice)),
    drain: (id: string) => change((gateways) => gateways.drain(id)),
    remove: (id: string) => change((gateways) => gateways.remove(id)),
    /** Whether it told of itself lately. */
    isAlive: (id: string): Promise<boolean> => platform.read(PLATFORM_SCOPE, ({ gateways }) => gateways.isAlive(id)),
    /** Where the next client goes: to `preferred` while that takes clients, else where most room is. */
    choose: (preferred?: string) => platform.read(PLATFORM_SCOPE, ({ gateways }) => gateways.choose(preferred)),
  }
}
