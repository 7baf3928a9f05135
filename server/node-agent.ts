import { join } from 'node:path'
import { nodeIds } from './terminal-keys.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config/config.ts'
import { parseKeyRing } from '../platform/crypto/key-ring.ts'
import { remoteKeySet } from '../platform/crypto/remote-key-set.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Log } from '../platform/log/log.ts'
import { startNodeAgent, type NodeAgent } from '../terminal/agent/node-agent.ts'
import { loadPty } from '../terminal/agent/pty.ts'
import { createShells } from '../terminal/agent/shell.ts'

export interface NodeAgentParts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
}

/** The node agent of this process: dials the terminal gateways and opens what they ask for. */
export const openNodeAgent = async ({ config, clock, log }: NodeAgentParts): Promise<NodeAgent> => {
  const { terminalGatewayUrls, terminalJwksUrl, nodeAgentNodes, nodeAgentSigningKey } = config
  if (!terminalGatewayUrls || !terminalJwksUrl || !nodeAgentNodes || !nodeAgentSigningKey) {
    const message =
      'A node agent needs TERMINAL_GATEWAY_URL, TERMINAL_JWKS_URL, NODE_AGENT_NODES and NODE_AGENT_SIGNING_KEY.'
    throw catalogued('CONFIG_INVALID', {}, { message })
  }
  const openPty = await loadPty()
  return startNodeAgent({
    identity: {
      id: config.nodeAgentId,
      nodes: nodeIds('NODE_AGENT_NODES', nodeAgentNodes),
      ring: await parseKeyRing('NODE_AGENT_SIGNING_KEY', nodeAgentSigningKey.reveal()),
    },
    taskKeys: remoteKeySet({ location: () => Promise.resolve(new URL(terminalJwksUrl)), clock, log }),
    gatewayUrls: terminalGatewayUrls,
    openPty,
    shells: createShells({ file: config.nodeAgentShell, user: config.nodeAgentShellUser }),
    recordings: config.nodeAgentRecordings ?? join(config.dataDirectory, 'recordings'),
    maxSessions: config.nodeAgentMaxSessions,
    clock,
    log: log.child({ part: 'node-agent' }),
  })
}
