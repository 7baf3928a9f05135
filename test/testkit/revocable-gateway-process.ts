import { startGateway } from './gateway.ts'
import { createTicker } from './graphs/ticker.ts'
import { HEADER } from '../../directives/testkit/guarded-graph.ts'
import { accessBy } from '../../platform/access/access.ts'
import { connectRedisCache } from '../../platform/cache/redis-cache.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { silentLog } from '../../platform/log/log.ts'
import { openAccess } from '../../server/access.ts'

/**
 * A gateway in a process of its own, over grants from a PostgreSQL and the bus of a Redis:
 * `node revocable-gateway-process.ts <url of the login access> <url of Redis>`. Whoever a bearer names is who calls.
 */
const [url = '', redisUrl = ''] = process.argv.slice(2)

const log = silentLog
const cache = await connectRedisCache({ url: redisUrl, log })
const access = await openAccess({ url, poolSize: 4, cache, clock: systemClock, ids: systemIds, log })

const ticker = createTicker()
setInterval(() => {
  ticker.push('1')
}, 20)

const live = {
  typeDefs: `${HEADER.replace('READ WRITE', 'PROJECT_READ')}
    type Query { peek(id: ID!): String @projectScoped(capability: PROJECT_READ, project: "id") }
    type Tick { at: Int! }
    type Subscription { tick(id: ID!): Tick @projectScoped(capability: PROJECT_READ, project: "id") }`,
  resolvers: {
    Query: { peek: () => 'seen' },
    Subscription: { tick: { subscribe: () => ticker.stream() } },
  },
}

const gateway = await startGateway(
  { live },
  {
    verifier: {
      authenticate: (authorization) =>
        Promise.resolve({
          principal: {
            kind: 'user',
            subject: String(authorization).replace('Bearer ', ''),
            sessionId: undefined,
            authenticatedAt: undefined,
            assurance: 'single',
          },
          expiresAt: undefined,
        }),
    },
    access: accessBy(access.grants),
    watch: access.watch.watch,
  },
)
process.stdout.write(`ready ${gateway.url}\n`)
