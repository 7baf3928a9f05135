import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../platform/clock/clock.ts'
import type { KeyRing } from '../../platform/crypto/key-ring.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import { clientAddress } from '../../platform/http/client-address.ts'
import { refuseUpgrade } from '../../platform/http/refuse-upgrade.ts'
import type { Log } from '../../platform/log/log.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { KnownAgent } from '../node-link/agent-proof.ts'
import { LINK_PROTOCOL } from '../node-link/link-frames.ts'
import { taskSigner } from '../node-link/task.ts'
import { TERMINAL_PROTOCOL } from '../protocol/client-frames.ts'
import { CLOSE } from '../protocol/close-codes.ts'
import type { TerminalSessions } from '../sessions.ts'
import { AgentLink } from './agent-link.ts'
import { ClientConnection } from './client-connection.ts'
import { DEFAULT_LIMITS, MAX_AGENT_MESSAGE_BYTES, MAX_CLIENT_MESSAGE_BYTES, type TerminalLimits } from './limits.ts'
import { placesOfAddresses } from './places.ts'
import { terminalMetrics, type TerminalRefusal } from './terminal-metrics.ts'
import { createTerminals } from './terminals.ts'
import { ticketSeal } from './ticket-seal.ts'

export interface TerminalGatewayOptions {
  /** New for each process. */
  readonly id: string
  readonly sessions: TerminalSessions
  /** Signs tasks and seals tickets: the same for all gateways. */
  readonly ring: KeyRing
  readonly agents: readonly KnownAgent[]
  /** Origins whose pages may open terminals, besides the one that this is served from. */
  readonly origins: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly limits?: Partial<TerminalLimits>
  /** How often clients are looked at that take nothing in; every second unless given. */
  readonly sweepMs?: number
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'instruments'>
}

export interface TerminalGateway {
  /** Serves `/terminal` and `/terminal/agent`; upgrades to any path but these and `elsewhere` are refused. */
  readonly attach: (server: Server, elsewhere?: readonly string[]) => void
  /** Sessions that it holds, attached or not. */
  readonly held: () => number
  /** Nodes whose agent is linked. */
  readonly nodes: () => number
  /** Takes nobody in any more, tells clients to reattach, and lets go of the agents. */
  readonly drain: (graceMs: number) => Promise<void>
}

export const CLIENT_PATH = '/terminal'
export const AGENT_PATH = '/terminal/agent'

const SWEEP_MS = 1000
const PROOF_MS = 10_000

/** The refusal of ws for a message that is too large has a code of its own here, as everything else has. */
class TerminalSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    if (code === 1009) super.close(CLOSE.MESSAGE_TOO_LARGE, 'MESSAGE_TOO_LARGE')
    else super.close(code, data)
  }
}

/** The byte gateway of terminals: clients and node agents connect to it, and it dials nobody. */
export const createTerminalGateway = async (options: TerminalGatewayOptions): Promise<TerminalGateway> => {
  const { id, sessions, ring, agents, clock, log } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const sign = await taskSigner(ring, clock)
  const addressOf = clientAddress(options.trustedProxies)
  const links = new Map<Uuid, AgentLink>()
  const agentLinks = new Set<AgentLink>()
  const clients = new Set<ClientConnection>()
  const clientPlaces = placesOfAddresses(limits.maxPerAddress)
  const unprovenPlaces = placesOfAddresses(limits.maxUnprovenPerAddress)
  let isDraining = false

  const metrics = terminalMetrics(options.metrics, () => {
    const attached = terminals.all().filter(({ client }) => client !== undefined).length
    const backlog = [...clients].reduce((sum, client) => sum + client.backlog, 0)
    const agents = [...agentLinks].filter(({ isOpen }) => isOpen).length
    return { attached, detached: terminals.held() - attached, agents, backlog }
  })
  const terminals = createTerminals({
    sessions,
    seal: ticketSeal(ring),
    linkOf: (node) => links.get(node),
    limits,
    clock,
    log,
    metrics,
  })

  const serveClient = async (client: ClientConnection, token: string | undefined): Promise<void> => {
    if (token === undefined) {
      client.close('TOKEN', 'TERMINAL_TOKEN_INVALID')
      return
    }
    // Before the token is spent: it is good for another gateway's room, not for none.
    if (clients.size > 2 * limits.maxSessions) {
      client.close('TERMINAL_CAPACITY')
      return
    }
    const timer = setTimeout(() => {
      client.close('HELLO_TIMEOUT')
    }, limits.helloMs)
    const redemption = await sessions.redeem({ token, gatewayId: id }).catch((error: unknown) => {
      clearTimeout(timer)
      throw error
    })
    if (!redemption.ok) {
      clearTimeout(timer)
      const { code } = redemption
      if (code === 'TERMINAL_SESSION_CLOSED') {
        client.close('CLOSED', code)
        return
      }
      client.close(code === 'TERMINAL_REVOKED' ? 'REVOKED' : 'TOKEN', code)
      return
    }
    const hello = await client.hello
    clearTimeout(timer)
    if (hello !== undefined) await terminals.attach(client, redemption.ticket, hello)
  }

  const clientServer = new WebSocketServer({
    noServer: true,
    WebSocket: TerminalSocket,
    maxPayload: MAX_CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered].find((name) => !name.startsWith(TOKEN_PREFIX)) ?? false,
  })
  const agentServer = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_AGENT_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(LINK_PROTOCOL) ? LINK_PROTOCOL : false),
  })

  const takeClient = (socket: WebSocket, request: IncomingMessage, address: string): void => {
    const client = new ClientConnection(socket, metrics.closed)
    const leave = clientPlaces.take(address)
    clients.add(client)
    socket.once('close', () => {
      clients.delete(client)
      leave()
    })
    if (socket.protocol !== TERMINAL_PROTOCOL) return client.close('PROTOCOL_ERROR', 'SUBPROTOCOL')
    serveClient(client, tokenOf(request)).catch((error: unknown) => {
      log.error({ err: error }, 'a terminal could not be attached')
      client.close('TRY_AGAIN_LATER')
    })
  }

  const takeAgent = (socket: WebSocket, address: string): void => {
    const leave = unprovenPlaces.take(address)
    const agentLink = new AgentLink({
      socket,
      gatewayId: id,
      agents,
      sign,
      log,
      proofMs: PROOF_MS,
      events: {
        onUp: (link) => {
          leave()
          for (const node of link.nodes) {
            const before = links.get(node)
            links.set(node, link)
            if (before === undefined) continue
            before.terminate()
            // Not when its close is heard: what the node holds is told before, where that one was half open.
            terminals.onLinkDown(before)
          }
        },
        onHeld: terminals.onHeld,
        onEnded: (_, ended) => terminals.onEnded(ended),
        onDown: (link) => {
          for (const node of link.nodes) if (links.get(node) === link) links.delete(node)
          terminals.onLinkDown(link)
        },
      },
    })
    agentLinks.add(agentLink)
    socket.once('close', () => {
      agentLinks.delete(agentLink)
      leave()
    })
  }

  const refuse = (socket: Duplex, status: string, why?: TerminalRefusal): void => {
    if (why !== undefined) metrics.refused(why)
    refuseUpgrade(socket, status)
  }
  const isOriginAllowed = ({ headers }: IncomingMessage): boolean => {
    const { origin, host } = headers
    if (origin === undefined || options.origins.includes(origin)) return true
    return URL.canParse(origin) && new URL(origin).host === host
  }
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, elsewhere: readonly string[]): void => {
    const path = request.url?.split('?', 1)[0] ?? ''
    if (path !== CLIENT_PATH && path !== AGENT_PATH) {
      if (!elsewhere.includes(path)) refuse(socket, '404 Not Found')
      return
    }
    if (isDraining) return refuse(socket, '503 Service Unavailable', 'draining')
    const address = addressOf(request)
    if (path === AGENT_PATH) {
      if (unprovenPlaces.isFull(address)) return refuse(socket, '429 Too Many Requests', 'address')
      return agentServer.handleUpgrade(request, socket, head, (webSocket) => takeAgent(webSocket, address))
    }
    if (!isOriginAllowed(request)) return refuse(socket, '403 Forbidden', 'origin')
    if (clientPlaces.isFull(address)) return refuse(socket, '429 Too Many Requests', 'address')
    clientServer.handleUpgrade(request, socket, head, (webSocket) => takeClient(webSocket, request, address))
  }

  const sweep = setInterval(terminals.sweep, options.sweepMs ?? SWEEP_MS)
  const ping = setInterval(() => {
    for (const connection of [...clients, ...agentLinks]) connection.ping()
  }, limits.pingMs)

  return {
    attach: (server, elsewhere = []) =>
      void server.on('upgrade', (request, socket, head) => upgrade(request, socket, head, elsewhere)),
    held: terminals.held,
    nodes: () => links.size,
    drain: async (graceMs) => {
      isDraining = true
      clearInterval(sweep)
      clearInterval(ping)
      const cut = setTimeout(() => {
        for (const connection of [...clients, ...agentLinks]) connection.terminate()
      }, graceMs)
      await terminals.drain()
      for (const client of clients) client.close('DRAINING')
      for (const link of agentLinks) link.close(CLOSE.DRAINING, 'DRAINING')
      await Promise.all([closed(clientServer), closed(agentServer)])
      clearTimeout(cut)
    },
  }
}

const TOKEN_PREFIX = 'token.'

/** Beside the subprotocol, as a browser can send it; what stands in the address is in too many logs to be looked at. */
const tokenOf = ({ headers }: IncomingMessage): string | undefined =>
  headers['sec-websocket-protocol']
    ?.split(',')
    .map((name) => name.trim())
    .find((name) => name.startsWith(TOKEN_PREFIX))
    ?.slice(TOKEN_PREFIX.length)

const closed = (server: WebSocketServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
