import { integer, mapOf, oneOf, path, url } from '../kinds.ts'
import { SUBGRAPHS } from '../roles.ts'
import { optional, setting } from '../setting.ts'

/** What the gateway serves, and how much of it one request may ask for. */
export const GATEWAY_SETTINGS = {
  supergraphFile: optional({
    variable: 'SUPERGRAPH_FILE',
    kind: path(),
    example: 'supergraph.graphql',
    about:
      'The supergraph of `npm run gateway`: any federation supergraph, over the HTTP subgraphs that it names. `npm start` serves `schema/supergraph.graphql`.',
  }),
  subgraphUrls: optional({
    variable: 'SUBGRAPH_URLS',
    kind: mapOf(SUBGRAPHS, url('http', 'https')),
    example: 'iam=http://iam:4001/graphql,compute=http://compute:4002/graphql',
    about:
      'Where a gateway finds the subgraphs that do not run in its own process. Of those that share one: `iam=http://core:4000/iam/graphql,compute=http://core:4000/compute/graphql`.',
  }),
  maxBodyBytes: setting({
    variable: 'MAX_BODY_BYTES',
    kind: integer(1024, 104_857_600),
    default: '1048576',
    example: '262144',
    about: 'The largest accepted body, in bytes.',
  }),
  maxTokens: setting({
    variable: 'MAX_TOKENS',
    kind: integer(100, 1_000_000),
    default: '5000',
    example: '2000',
    about: 'The most lexical tokens in a document.',
  }),
  maxDepth: setting({
    variable: 'MAX_DEPTH',
    kind: integer(1, 1000),
    default: '20',
    example: '12',
    about: 'The deepest nesting of selections in an operation.',
  }),
  maxAliases: setting({
    variable: 'MAX_ALIASES',
    kind: integer(0, 10_000),
    default: '60',
    example: '15',
    about: 'The most aliases in an operation.',
  }),
  maxRootFields: setting({
    variable: 'MAX_ROOT_FIELDS',
    kind: integer(1, 10_000),
    default: '30',
    example: '10',
    about: 'The most root fields in an operation.',
  }),
  maxCost: setting({
    variable: 'MAX_COST',
    kind: integer(1, 1_000_000_000),
    default: '1000000',
    example: '20000',
    about:
      'What one operation may cost at most: one for each object that it may return, lists counted by the `first` or `last` that it asks for; `@cost` and `@listSize` in the supergraph say otherwise.',
  }),
  tellCost: optional({
    variable: 'TELL_COST',
    kind: oneOf(['yes', 'no']),
    example: 'yes',
    about:
      'Whether each answer says what its operation costs, in `extensions.cost`. Not set: the product says it, and the gateway alone does not, so that its answers are those of any federation gateway.',
  }),
  maxBatch: setting({
    variable: 'MAX_BATCH',
    kind: integer(0, 100),
    default: '0',
    example: '10',
    about: 'How many operations one request may hold, as a list; 0: a request is one operation, lists are refused.',
  }),
  subgraphTimeoutMs: setting({
    variable: 'SUBGRAPH_TIMEOUT_MS',
    kind: integer(10, 600_000),
    default: '10000',
    example: '3000',
    about: 'How long one fetch from a subgraph may take, in milliseconds.',
  }),
  subgraphConcurrency: setting({
    variable: 'SUBGRAPH_CONCURRENCY',
    kind: integer(1, 100_000),
    default: '256',
    example: '64',
    about:
      'How many fetches from one subgraph may be under way at once over HTTP; twenty times as many may wait for their turn.',
  }),
  subgraphMaxResponseBytes: setting({
    variable: 'SUBGRAPH_MAX_RESPONSE_BYTES',
    kind: integer(1024, 536_870_912),
    default: '33554432',
    example: '8388608',
    about:
      'The largest answer over HTTP, or message of a subscription, that is taken from a subgraph, in bytes, compressed and unpacked alike.',
  }),
  subgraphCircuitFailures: setting({
    variable: 'SUBGRAPH_CIRCUIT_FAILURES',
    kind: integer(0, 10_000),
    default: '20',
    example: '5',
    about:
      'After how many failures in a row a subgraph is not asked for a while over HTTP: connections that fail, server errors, timeouts. 0: it is always asked.',
  }),
  subgraphCircuitOpenMs: setting({
    variable: 'SUBGRAPH_CIRCUIT_OPEN_MS',
    kind: integer(10, 600_000),
    default: '1000',
    example: '5000',
    about:
      'For how long it is not asked, in milliseconds. Then one fetch tries; while those fail the time doubles, up to 30 s.',
  }),
  planCacheBytes: setting({
    variable: 'PLAN_CACHE_BYTES',
    kind: integer(1_000_000, 8_589_934_592),
    default: '67108864',
    example: '16777216',
    about:
      'About how many bytes compiled operations may take; those unused the longest are compiled again when they come.',
  }),
  requestTimeoutMs: setting({
    variable: 'REQUEST_TIMEOUT_MS',
    kind: integer(10, 600_000),
    default: '30000',
    example: '10000',
    about: 'How long a whole operation may take, in milliseconds.',
  }),
}
