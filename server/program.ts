import { createProductGateway } from './gateway.ts'
import { createIdentity } from './identity.ts'
import { part, type Part } from './part.ts'
import { commonParts, type Surroundings } from './parts.ts'
import { createSubgraphHost } from './subgraph-host.ts'
import type { RunningSubgraph } from './subgraphs.ts'
import { welcome } from './welcome.ts'
import { forgetRunningServer, recordRunningServer } from '../identity/running-server.ts'
import type { Gateway } from '../gateway/create-gateway.ts'
import { isEmbedded, subgraphsOf } from '../platform/config/roles.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import type { Component } from '../platform/lifecycle/component.ts'

export interface ProgramOptions extends Surroundings {
  /** Whether every part has started and none has begun to stop. */
  readonly isUp: () => boolean
  /** Prints what a person who started the process waits for. */
  readonly announce: (text: string) => void
}

/** The parts that the roles of this process need, in the order in which they start. */
export const componentsOf = (options: ProgramOptions): readonly Component[] => {
  const { roles } = options.config
  const names = subgraphsOf(roles)
  const common = commonParts(options)
  const subgraphs = common.subgraphs(roles.has('worker') ? 'all' : names)
  const serves = names.length > 0 || roles.has('gateway')
  const needsSubgraphs = names.length > 0 || roles.has('worker')

  return [
    common.tracing,
    common.database,
    ...(roles.has('migrate') ? [common.migrations] : []),
    ...(roles.has('migrate') && options.config.mode !== 'production' ? [common.demo] : []),
    ...(serves || roles.has('worker') ? [common.cache, common.access] : []),
    ...(needsSubgraphs ? [subgraphs] : []),
    ...(roles.has('worker') ? [common.events(subgraphs)] : []),
    ...serverParts(options, common, subgraphs),
  ]
}

type CommonParts = ReturnType<typeof commonParts>
type Subgraphs = Part<readonly RunningSubgraph[]>

/** What listens: a gateway (with the subgraphs of its process behind it), a subgraph of its own, or neither. */
const serverParts = (options: ProgramOptions, common: CommonParts, subgraphs: Subgraphs): readonly Component[] => {
  const { config } = options
  if (config.roles.has('gateway')) return gatewayParts(options, common, subgraphs)
  const [name] = subgraphsOf(config.roles)
  if (name === undefined) return []
  return [
    part({
      name: `subgraph ${name}`,
      remedy: LISTEN_REMEDY,
      open: () =>
        createSubgraphHost({ ...options, name, subgraphs: subgraphs.value, access: common.access.value }),
      close: (host) => host.close(),
    }),
  ]
}

const LISTEN_REMEDY = 'If the port is taken, stop the other process or start with another PORT.'

const gatewayParts = (options: ProgramOptions, common: CommonParts, subgraphs: Subgraphs): readonly Component[] => {
  const { config, isUp, announce } = options
  const embedded = isEmbedded(config.roles)
  const identity = createIdentity(options)
  const local = (): readonly RunningSubgraph[] => (subgraphsOf(config.roles).length > 0 ? subgraphs.value : [])

  const ready = async (): Promise<boolean> => {
    if (!isUp()) return false
    await common.access.value.ping()
    await Promise.all(local().map(({ database }) => database.ping()))
    return true
  }
  const gateway = part({
    name: 'gateway',
    remedy: 'Check SUBGRAPH_URLS and the settings of identity; `npm run compose` writes the supergraph anew.',
    open: () =>
      createProductGateway({ ...options, access: common.access.value, identity, subgraphs: local(), ready }),
    close: (opened) => opened.stop(config.shutdownTimeoutMs),
  })
  const listening = part({
    name: 'server',
    remedy: LISTEN_REMEDY,
    open: async () => {
      const { url } = await listen(gateway.value, config)
      await identity.listensAt(url)
      await recordRunningServer(config.dataDirectory, { origin: url, issuer: identity.provider()?.issuer, pid: process.pid })
      announce(welcome(url, identity.demoTokens !== undefined && embedded))
    },
    close: () => forgetRunningServer(config.dataDirectory, process.pid),
  })
  return [gateway, listening]
}

const listen = async (gateway: Gateway, { port, host }: { readonly port: number; readonly host: string }) => {
  try {
    return await gateway.listen(port, host)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw catalogued('PORT_TAKEN', {}, { cause: error, message: `Port ${String(port)} is taken.` })
    }
    throw error
  }
}
