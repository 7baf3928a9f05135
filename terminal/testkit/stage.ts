import { createServer, type Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../platform/clock/clock.ts'
import { createKeyRing, publicKeys } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { startFaultyProxy } from '../../test/testkit/faulty-proxy.ts'
import { until } from '../../test/testkit/until.ts'
import { startNodeAgent, type NodeAgent, type NodeAgentOptions } from '../agent/node-agent.ts'
import { loadPty } from '../agent/pty.ts'
import { createShells } from '../agent/shell.ts'
import { createTerminalGateway, type TerminalGatewayOptions } from '../gateway/terminal-gateway.ts'
import { memorySessions } from './memory-sessions.ts'
import { connectTerminal, type ClientOptions, type TerminalClient } from './terminal-client.ts'

export const NOBODY = { uid: 65_534, gid: 65_534 }

export interface StageOptions {
  readonly gateway?: Partial<TerminalGatewayOptions>
  readonly agent?: Partial<NodeAgentOptions>
}

/** A terminal gateway and a node agent with real terminals, over the sessions of a test. */
export const startStage = async (options: StageOptions = {}) => {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-terminals-'))
  const [ring, agentRing] = await Promise.all([createKeyRing('EdDSA'), createKeyRing('EdDSA')])
  const node = systemIds.next()
  const [agentKey] = publicKeys(agentRing).keys
  if (agentKey === undefined) throw new Error('a ring of keys is never empty')
  const sessions = memorySessions(node)
  const clients: TerminalClient[] = []
  const agents: NodeAgent[] = []

  const openGateway = async (port = 0) => {
    const server: Server = createServer()
    const metrics = createMetrics({ process: 'left out' })
    const id = systemIds.next()
    const gateway = await createTerminalGateway({
      id,
      sessions,
      ring,
      agents: [{ id: 'agent', nodes: new Set([node]), key: agentKey }],
      origins: ['https://console.example'],
      clock: systemClock,
      log: silentLog,
      metrics,
      ...options.gateway,
    })
    gateway.attach(server)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    // A server that listens on a port has an address with one.
    const { port: listens } = server.address() as AddressInfo
    await sessions.join({ id, url: `ws://127.0.0.1:${listens.toString()}/terminal`, capacity: 500, held: gateway.held })
    return { gateway, server, port: listens, metrics }
  }
  let running = await openGateway()
  const { port } = running
  const url = `ws://127.0.0.1:${port.toString()}/terminal`

  const network = await startFaultyProxy([`http://127.0.0.1:${port.toString()}`])

  const openPty = await loadPty()
  const startAgent = (more: Partial<NodeAgentOptions> = {}): NodeAgent => {
    const agent = startNodeAgent({
      identity: { id: 'agent', nodes: [node], ring: agentRing },
      taskKeys: localKeySet(() => publicKeys(ring)),
      gatewayUrls: [`${network.url.replace('http', 'ws')}/terminal/agent`],
      openPty,
      shells: createShells({ file: '/bin/sh', user: NOBODY }),
      recordings: join(directory, 'recordings'),
      maxSessions: 300,
      clock: systemClock,
      log: silentLog,
      sweepMs: 50,
      backoffMs: { first: 20, last: 100 },
      ...options.agent,
      ...more,
    })
    agents.push(agent)
    return agent
  }
  const linked = () => until('the agent is linked', () => running.gateway.nodes() === 1)
  const agent = startAgent()
  await linked()

  return {
    url,
    node,
    ring,
    agentRing,
    sessions,
    metrics: () => running.metrics,
    directory,
    agent,
    startAgent,
    linked,
    gateway: () => running.gateway,
    connect: async (token: string | undefined, how?: ClientOptions): Promise<TerminalClient> => {
      const client = await connectTerminal(url, token, how)
      clients.push(client)
      return client
    },
    /** As `kill -9`: every socket breaks and nobody is told anything. */
    killGateway: async () => {
      const { gateway, server } = running
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        // Upgraded sockets are not the server's any more: the gateway cuts them, after it had no time to say so.
        void gateway.drain(0)
      })
    },
    /** Between agents and gateways. */
    network,
    restartGateway: async () => {
      running = await openGateway(port)
    },
    stop: async () => {
      for (const { socket } of clients) socket.terminate()
      await Promise.all(agents.map((each) => each.stop()))
      await running.gateway.drain(1000)
      await network.close()
      await new Promise<void>((resolve) => running.server.close(() => resolve()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type Stage = Awaited<ReturnType<typeof startStage>>
