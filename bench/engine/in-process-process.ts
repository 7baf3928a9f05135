import { shopSupergraph } from './shop.ts'
import { shopTransports } from './shop-transports.ts'
import { createGateway } from '../../gateway/create-gateway.ts'
import { openGeneralIdentity } from '../../gateway/general-identity.ts'
import { limitsOf } from '../../gateway/operation/limits.ts'
import { accessBy } from '../../platform/access/access.ts'
import { plainOrCarryingIds } from '../../platform/access/plain-ids.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { readConfig } from '../../platform/config/config.ts'
import { createLog } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { announce, endOnSignals } from '../part-process.ts'

/** Our gateway with the five subgraphs in its own process; callers by `JWKS_FILE`, limits as they are by default. */
endOnSignals()
const config = readConfig()
const log = createLog({ level: config.logLevel, format: 'json' })
const identity = await openGeneralIdentity({ config, clock: systemClock, log })
if (!identity) throw new Error('The bench sets JWKS_FILE')
const { verifier, grants, watch } = identity

const gateway = await createGateway({
  supergraph: { sdl: shopSupergraph(new Map()) },
  transports: shopTransports(config.subgraphTimeoutMs),
  verifier,
  watch: watch.watch,
  access: accessBy(grants, plainOrCarryingIds),
  log,
  metrics: createMetrics(),
  limits: limitsOf(config),
  production: true,
  clock: systemClock,
})
const { url } = await gateway.listen(0, '127.0.0.1')
announce('in-process', url)
