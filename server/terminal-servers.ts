import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { LISTEN_REMEDY } from './listening.ts'
import { startNodeAgentChild } from './node-agent-child.ts'
import { part, type Part } from './part.ts'
import type { commonParts } from './parts.ts'
import { startServiceServer } from './service-server.ts'
import type { ServerOptions } from './servers.ts'
import { openTerminalKeys, publishTerminalKeys, type TerminalKeys } from './terminal-keys.ts'
import type { Component } from '../platform/lifecycle/component.ts'

type CommonParts = Pick<ReturnType<typeof commonParts>, 'access' | 'cache' | 'database'>

/** A server that already listens, for terminals to be reached at its address. */
export interface ListeningServer {
  readonly server: Server
  /** `http://127.0.0.1:4000`. */
  readonly url: string
}

export const terminalKeysPart = ({ config }: ServerOptions): Part<TerminalKeys> =>
  part({
    name: 'terminal keys',
    remedy: 'Check TERMINAL_SIGNING_KEY and NODE_AGENTS, or that `terminal/` in DATA_DIR can be read and written.',
    open: () =>
      openTerminalKeys(config, async () => {
        const { nodes } = await import('./demo/machines.ts')
        return nodes.map(({ id }) => id)
      }),
  })

const start = async (
  options: ServerOptions,
  { access, cache, database }: CommonParts,
  keys: TerminalKeys,
  listening: ListeningServer & { readonly elsewhere: readonly string[] },
) => {
  const { startTerminalGateway } = await import('./terminal.ts')
  return startTerminalGateway({
    ...options,
    ...listening,
    keys,
    place: database.value,
    poolSize: options.config.databasePoolSize,
    cache: cache.value,
    access: access.value,
  })
}

/** Terminals at the address of a gateway of the same process; with an agent beside it where that is the whole product. */
export const terminalsOfGateway = (
  options: ServerOptions,
  common: CommonParts,
  keys: Part<TerminalKeys>,
  listening: () => ListeningServer,
): readonly Component[] => {
  const { config } = options
  const terminal = part({
    name: 'terminal gateway',
    remedy: 'Check TERMINAL_URL and NODE_AGENTS.',
    open: () => start(options, common, keys.value, { ...listening(), elsewhere: ['/graphql'] }),
    close: (running) => running.stop(),
  })
  const agent = part({
    name: 'node agent',
    remedy: 'Leave node-agent out of ROLES to go without terminals.',
    open: () => {
      const { ownAgent } = keys.value
      return ownAgent && startNodeAgentChild({ ...options, agent: ownAgent, url: listening().url })
    },
    close: (child) => child?.stop(),
  })
  return [terminal, ...(config.roles.has('node-agent') ? [agent] : [])]
}

/** A terminal gateway in a process of its own. */
export const terminalServer = (options: ServerOptions, common: CommonParts): readonly Component[] => {
  const { config, metrics, isUp, announce } = options
  const keys = terminalKeysPart(options)
  let app: FastifyInstance | undefined
  const service = part({
    name: 'terminal server',
    remedy: LISTEN_REMEDY,
    open: () =>
      startServiceServer({
        config,
        metrics,
        ready: async () => {
          if (!isUp()) return false
          await common.access.value.ping()
          return true
        },
        mount: (mounted) => {
          app = mounted
          publishTerminalKeys(mounted, keys.value)
        },
      }),
    close: (server) => server.close(),
  })
  const terminal = part({
    name: 'terminal gateway',
    remedy: 'Check TERMINAL_URL, TERMINAL_SIGNING_KEY and NODE_AGENTS.',
    open: async () => {
      if (app === undefined) throw new Error('unreachable: the server was started before')
      const { url } = service.value
      const running = await start(options, common, keys.value, { server: app.server, url, elsewhere: [] })
      announce(`Terminal gateway ready at ${url}`)
      return running
    },
    close: (running) => running.stop(),
  })
  return [keys, service, terminal]
}

/** The agent of a node. */
export const nodeAgentServer = (options: ServerOptions): readonly Component[] => {
  const { config, metrics, announce } = options
  const agent = part({
    name: 'node agent',
    remedy: 'Check TERMINAL_GATEWAY_URL, TERMINAL_JWKS_URL and the settings that begin with NODE_AGENT.',
    open: async () => {
      const { openNodeAgent } = await import('./node-agent.ts')
      return openNodeAgent(options)
    },
    close: (running) => running.stop(),
  })
  const service = part({
    name: 'node agent server',
    remedy: LISTEN_REMEDY,
    open: async () => {
      const server = await startServiceServer({ config, metrics, ready: async () => agent.value.links() > 0 })
      // The child of a server ends with it, however that ended.
      process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
      if (!process.connected) announce(`Node agent ready at ${server.url}`)
      return server
    },
    close: (server) => server.close(),
  })
  return [agent, service]
}
