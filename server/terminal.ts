import type { Server } from 'node:http'
import { openTerminalSessions, type TerminalSessionsParts } from './terminal-sessions.ts'
import type { TerminalKeys } from './terminal-keys.ts'
import type { Config } from '../platform/config/config.ts'
import { CLIENT_PATH, createTerminalGateway } from '../terminal/gateway/terminal-gateway.ts'

export interface TerminalParts extends TerminalSessionsParts {
  readonly config: Pick<
    Config,
    | 'corsOrigins'
    | 'maxConnectionsPerAddress'
    | 'shutdownTimeoutMs'
    | 'terminalMaxSessions'
    | 'terminalUrl'
    | 'terminalsPerAllocation'
    | 'terminalsPerOpener'
    | 'trustedProxies'
  >
  readonly keys: Pick<TerminalKeys, 'ring' | 'agents'>
  /** The HTTP server of this process, and where it listens: `http://127.0.0.1:4000`. */
  readonly server: Server
  readonly url: string
  /** Paths of the same server to which others take upgrades. */
  readonly elsewhere: readonly string[]
}

export interface RunningTerminal {
  /** Node agents that are linked. */
  readonly nodes: () => number
  readonly stop: () => Promise<void>
}

/** Takes clients and node agents of terminals in at the server of this process, and tells of itself where tokens are minted. */
export const startTerminalGateway = async (parts: TerminalParts): Promise<RunningTerminal> => {
  const { config, keys, server, clock, log, metrics, ids } = parts
  const sessions = openTerminalSessions(parts)
  const id = ids.next()
  const gateway = await createTerminalGateway({
    id,
    sessions,
    ring: keys.ring,
    agents: keys.agents,
    origins: config.corsOrigins,
    limits: {
      maxSessions: config.terminalMaxSessions,
      maxPerAllocation: config.terminalsPerAllocation,
      maxPerUser: config.terminalsPerOpener,
      // Nobody can take more than half of a gateway.
      maxPerAddress: Math.min(config.maxConnectionsPerAddress, Math.ceil(config.terminalMaxSessions / 2)),
    },
    clock,
    log: log.child({ part: 'terminal' }),
    metrics,
    ...(config.trustedProxies && { trustedProxies: config.trustedProxies }),
  })
  gateway.attach(server, parts.elsewhere)
  const url = config.terminalUrl ?? `${parts.url.replace(/^http/, 'ws')}${CLIENT_PATH}`
  const drain = () => gateway.drain(config.shutdownTimeoutMs)
  const joined = sessions.join({ id, url, capacity: config.terminalMaxSessions, held: gateway.held })
  const membership = await joined.catch(async (error: unknown) => {
    await inTurn([drain, sessions.stop])
    throw error
  })
  return { nodes: gateway.nodes, stop: () => inTurn([membership.drain, drain, membership.leave, sessions.stop]) }
}

/** Each of them, whatever became of those before: clients are let go where the database is away, too. */
const inTurn = async (steps: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
