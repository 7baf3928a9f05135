import { announce, endOnSignals, openPart } from './part-process.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import { createProductGateway } from '../server/gateway.ts'
import { createIdentity } from '../server/identity.ts'

/** The product's gateway over HTTP subgraphs (`SUBGRAPH_URLS`), with everything that it has in production. */
endOnSignals()
const { config, log, clock, access } = await openPart()
const gateway = await createProductGateway({
  config,
  clock,
  log,
  metrics: createMetrics(),
  access,
  identity: createIdentity({ config, clock, log }),
  subgraphs: [],
  ready: () => Promise.resolve(true),
})
const { url } = await gateway.listen(0, config.host)
announce('gateway', url)
