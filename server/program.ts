import { commonParts } from './parts.ts'
import { serverParts, type ServerOptions } from './servers.ts'
import type { Config } from '../platform/config/config.ts'
import { loginsOf } from '../platform/config/logins.ts'
import { isEmbedded, subgraphsOf } from '../platform/config/roles.ts'
import type { Component } from '../platform/lifecycle/component.ts'

/** The parts that the roles of this process need, in the order in which they start. */
export const componentsOf = (options: ServerOptions): readonly Component[] => {
  const { config } = options
  const { roles } = config
  const names = subgraphsOf(roles)
  const common = commonParts(options)
  const works = roles.has('worker')
  // Handlers and jobs of all subgraphs run in the worker, whichever process serves their fields.
  const subgraphs = common.subgraphs(works ? 'all' : names)
  const runsSubgraphs = works || names.length > 0

  return [
    common.tracing,
    ...(loginsOf(roles).length > 0 ? [common.database, common.peppers, common.envelope, common.webhooks] : []),
    ...(roles.has('migrate') ? [common.migrations] : []),
    ...(roles.has('migrate') && seedsDemo(config) ? [common.demo] : []),
    ...(runsSubgraphs || roles.has('gateway') || roles.has('terminal') ? [common.cache, common.access] : []),
    ...(runsSubgraphs ? [common.auditKeys, subgraphs] : []),
    ...(works ? [common.events(subgraphs)] : []),
    ...serverParts(options, common, subgraphs),
  ]
}

const seedsDemo = ({ seedDemo, roles, mode }: Config): boolean =>
  seedDemo === 'auto' ? isEmbedded(roles) && mode !== 'production' : seedDemo === 'always'
