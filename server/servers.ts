import { publishAuditKeys } from './audit-keys.ts'
import type { FastifyInstance } from 'fastify'
import { createIdentity, IDENTITY_PATH } from './identity.ts'
import { LISTEN_REMEDY, listening } from './listening.ts'
import { part, type Part } from './part.ts'
import type { commonParts, Surroundings } from './parts.ts'
import { startServiceServer } from './service-server.ts'
import { publishTerminalKeys } from './terminal-keys.ts'
import { nodeAgentServer, terminalKeysPart, terminalServer, terminalsOfGateway } from './terminal-servers.ts'
import type { RunningSubgraph } from './subgraphs.ts'
import { welcome } from './welcome.ts'
import { registerIdentityRoutes } from '../identity/routes.ts'
import { forgetRunningServer, recordRunningServer } from '../identity/running-server.ts'
import { isEmbedded, subgraphsOf } from '../platform/config/roles.ts'
import type { Component } from '../platform/lifecycle/component.ts'

export interface ServerOptions extends Surroundings {
  /** Whether every part has started and none has begun to stop. */
  readonly isUp: () => boolean
  /** Prints what a person who started the process waits for. */
  readonly announce: (text: string) => void
}

type CommonParts = Pick<ReturnType<typeof commonParts>, 'access' | 'auditKeys' | 'cache' | 'database' | 'peppers'>
type Subgraphs = Part<readonly RunningSubgraph[]>

/**
 * What listens on `PORT`: a gateway (with the subgraphs and the identity provider of its process behind it), subgraphs
 * without one, or what a process without a graph shows its operators. Nothing for a process that only migrates.
 */
export const serverParts = (
  options: ServerOptions,
  common: CommonParts,
  subgraphs: Subgraphs,
): readonly Component[] => {
  const { roles } = options.config
  if (roles.has('gateway')) return gatewayParts(options, common, subgraphs)
  if (subgraphsOf(roles).length > 0) return [subgraphPart(options, common, subgraphs)]
  if (roles.has('terminal')) return terminalServer(options, common)
  if (roles.has('node-agent')) return nodeAgentServer(options)
  if (roles.has('identity')) return identityParts(options, roles.has('worker') ? { common, subgraphs } : undefined)
  return roles.has('worker') ? [workerPart(options, common, subgraphs)] : []
}

/** Rejects, or gives false, while what the process does would fail. */
const readiness = async ({ isUp }: ServerOptions, { access }: CommonParts, running: readonly RunningSubgraph[]) => {
  if (!isUp()) return false
  await access.value.ping()
  await Promise.all(running.map(({ database }) => database.ping()))
  return true
}

const gatewayParts = (options: ServerOptions, common: CommonParts, subgraphs: Subgraphs): readonly Component[] => {
  const { config, announce } = options
  const embedded = isEmbedded(config.roles)
  const identity = createIdentity(options)
  const local = (): readonly RunningSubgraph[] => (subgraphsOf(config.roles).length > 0 ? subgraphs.value : [])
  const keys = config.roles.has('terminal') ? terminalKeysPart(options) : undefined
  let listensAt = ''
  const gateway = part({
    name: 'gateway',
    remedy: 'Check SUBGRAPH_URLS and the settings of identity; `npm run compose` writes the supergraph anew.',
    open: async () => {
      // Here and below imported by the roles that need it: a gateway's libraries are half of a process's start.
      const { createProductGateway } = await import('./gateway.ts')
      return createProductGateway({
        ...options,
        access: common.access.value,
        identity,
        subgraphs: local(),
        mount: (app) => {
          if (config.roles.has('worker')) publishAuditKeys(app, common.auditKeys.value)
          if (keys !== undefined) publishTerminalKeys(app, keys.value)
        },
        ready: () => readiness(options, common, local()),
      })
    },
    close: (opened) => opened.stop(config.shutdownTimeoutMs),
  })
  const server = part({
    name: 'server',
    remedy: LISTEN_REMEDY,
    open: async () => {
      const { url } = await listening(config.port, () => gateway.value.listen(config.port, config.host))
      listensAt = url
      await identity.listensAt(url)
      const issuer = identity.provider()?.issuer
      // For the commands of the same machine; a gateway that keeps nothing has no folder to keep it in.
      if (embedded || issuer !== undefined) {
        await recordRunningServer(config.dataDirectory, { origin: url, issuer, pid: process.pid })
      }
      const welcomed = {
        hasDemo: identity.demoTokens !== undefined,
        hasIde: config.mode !== 'production',
        peppers: common.peppers.value,
      }
      announce(embedded ? welcome(url, welcomed) : `Gateway ready at ${url}/graphql`)
    },
    close: () => forgetRunningServer(config.dataDirectory, process.pid),
  })
  if (keys === undefined) return [gateway, server]
  const whereItListens = () => ({ server: gateway.value.fastify.server, url: listensAt })
  return [keys, gateway, server, ...terminalsOfGateway(options, common, keys, whereItListens)]
}

/** The development identity provider in a process of its own: its issuer is where it listens. */
const identityParts = (
  options: ServerOptions,
  worker: { readonly common: CommonParts; readonly subgraphs: Subgraphs } | undefined,
): readonly Component[] => {
  const { config, metrics, isUp, announce } = options
  const identity = createIdentity(options)
  return [
    part({
      name: 'identity provider',
      remedy: 'It is for development: in production leave the role identity out and set OIDC_ISSUER for the gateway.',
      open: async () => {
        const server = await startServiceServer({
          config,
          metrics,
          ready: async () =>
            worker === undefined ? isUp() : readiness(options, worker.common, worker.subgraphs.value),
          mount: (app) => {
            if (worker !== undefined) publishAuditKeys(app, worker.common.auditKeys.value)
            return registerIdentityRoutes(app, IDENTITY_PATH, identity.provider)
          },
        })
        try {
          await identity.listensAt(server.url)
        } catch (error) {
          await server.close()
          throw error
        }
        const issuer = identity.provider()?.issuer
        await recordRunningServer(config.dataDirectory, { origin: server.url, issuer, pid: process.pid })
        announce(`Identity provider ready at ${server.url}${IDENTITY_PATH}`)
        return server
      },
      close: async (server) => {
        await forgetRunningServer(config.dataDirectory, process.pid)
        await server.close()
      },
    }),
  ]
}

const subgraphPart = (options: ServerOptions, common: CommonParts, subgraphs: Subgraphs): Component => {
  const { roles } = options.config
  const names = subgraphsOf(roles)
  return part({
    name: `subgraph ${names.join(', ')}`,
    remedy: LISTEN_REMEDY,
    open: async () => {
      const { createSubgraphHost } = await import('./subgraph-host.ts')
      const ready = async () => {
        await readiness(options, common, subgraphs.value)
      }
      const mount = (app: FastifyInstance): void => {
        if (roles.has('worker')) publishAuditKeys(app, common.auditKeys.value)
      }
      return createSubgraphHost({
        ...options,
        names,
        ready,
        mount,
        subgraphs: subgraphs.value,
        access: common.access.value,
      })
    },
    close: (host) => host.close(),
  })
}

const workerPart = (options: ServerOptions, common: CommonParts, subgraphs: Subgraphs): Component =>
  part({
    name: 'worker',
    remedy: LISTEN_REMEDY,
    open: async () => {
      const ready = () => readiness(options, common, subgraphs.value)
      const mount = (app: FastifyInstance): void => {
        publishAuditKeys(app, common.auditKeys.value)
      }
      const server = await startServiceServer({ config: options.config, metrics: options.metrics, ready, mount })
      options.announce(`Worker ready at ${server.url}`)
      return server
    },
    close: (server) => server.close(),
  })
