import { integer } from '../kinds.ts'
import { setting } from '../setting.ts'

/** Connections that last, WebSockets and event streams alike: how many, how much waits for them, how they end. */
export const CONNECTION_SETTINGS = {
  maxConnections: setting({
    variable: 'MAX_CONNECTIONS',
    kind: integer(1, 1_000_000),
    default: '25000',
    example: '50000',
    about:
      'The most connections that last (WebSockets and event streams) of one gateway. The next is closed with 4429, or answered with `SUBSCRIPTION_LIMIT`. The process needs a file descriptor for each: raise `ulimit -n` with it.',
  }),
  maxConnectionsPerPrincipal: setting({
    variable: 'MAX_CONNECTIONS_PER_PRINCIPAL',
    kind: integer(1, 1_000_000),
    default: '12500',
    example: '50',
    about:
      'The most connections that last of one user or API key. By default nobody can take more than half of a gateway.',
  }),
  maxConnectionsPerAddress: setting({
    variable: 'MAX_CONNECTIONS_PER_ADDRESS',
    kind: integer(1, 1_000_000),
    default: '12500',
    example: '500',
    about:
      'The most connections that last from one address. Behind a proxy that `TRUST_PROXY` does not name, everybody has the address of the proxy.',
  }),
  maxOperationsPerConnection: setting({
    variable: 'MAX_OPERATIONS_PER_CONNECTION',
    kind: integer(1, 100_000),
    default: '100',
    example: '20',
    about: 'The most operations that one WebSocket runs at once. One more closes it with 4429.',
  }),
  maxQueuedEvents: setting({
    variable: 'MAX_QUEUED_EVENTS',
    kind: integer(1, 1_000_000),
    default: '1000',
    example: '200',
    about:
      'The most messages that wait for a client that does not read them. The subscription whose event does not fit any more ends with `SLOW_CONSUMER`.',
  }),
  maxQueuedBytes: setting({
    variable: 'MAX_QUEUED_BYTES',
    kind: integer(1024, 1_073_741_824),
    default: '1048576',
    example: '262144',
    about: 'The most bytes of such messages, for each connection.',
  }),
  drainWindowMs: setting({
    variable: 'DRAIN_WINDOW_MS',
    kind: integer(0, 600_000),
    default: '5000',
    example: '30000',
    about:
      'Over how long a stopping gateway spreads the closes of its connections, in milliseconds, so that their clients do not all come back at once. At most half of `SHUTDOWN_TIMEOUT_MS`.',
  }),
}
