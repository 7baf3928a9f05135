import { LOG_LEVELS } from '../../log/levels.ts'
import { integer, list, oneOf, path, url, words } from '../kinds.ts'
import { roles } from '../roles.ts'
import { optional, setting } from '../setting.ts'

/** What this process is, where it listens and what it tells. */
export const PROCESS_SETTINGS = {
  roles: setting({
    variable: 'ROLES',
    kind: roles(),
    default: 'all',
    example: 'gateway',
    about:
      'What this process does. `all` is the whole product in one process; the distributed form gives each process its own: `gateway`, `subgraph:compute`, `worker`, `identity` (the development identity provider), `migrate` (migrates the database and ends), `terminal` (the gateway of terminals), `node-agent` (opens them, on a node). Several subgraphs may share a process (`subgraph:iam,subgraph:compute`), with a `worker` or without: each answers at `/<name>/graphql`, and one that is alone at `/graphql` too. Each but `migrate` serves HTTP on `PORT`: what it is for, and `/health/live`, `/health/ready`, `/metrics`.',
  }),
  host: setting({
    variable: 'HOST',
    kind: words(),
    default: '127.0.0.1',
    example: '0.0.0.0',
    about: 'The address to listen on. Only this machine can reach the default; containers need `0.0.0.0`.',
  }),
  port: setting({
    variable: 'PORT',
    kind: integer(0, 65_535),
    default: '4000',
    example: '8080',
    about: 'The port to listen on; 0 takes any free one and prints it.',
  }),
  dataDirectory: setting({
    variable: 'DATA_DIR',
    kind: path(),
    default: '.data',
    example: '/var/lib/gpuaas',
    about: 'Where the embedded database and generated keys are kept. Unused when every store is given by its URL.',
  }),
  mode: setting({
    variable: 'NODE_ENV',
    kind: oneOf(['development', 'test', 'production']),
    default: 'development',
    example: 'production',
    about: '`production` switches off introspection, suggestions, the IDE and the development identity provider.',
  }),
  seedDemo: setting({
    variable: 'SEED_DEMO',
    kind: oneOf(['auto', 'always', 'never']),
    default: 'auto',
    example: 'always',
    about:
      'Whether migrating also makes the demo organizations, once. `auto`: where one process is the whole product and `NODE_ENV` is not `production`.',
  }),
  logLevel: setting({
    variable: 'LOG_LEVEL',
    kind: oneOf(LOG_LEVELS),
    default: 'info',
    example: 'debug',
    about: 'The least severe level that is written.',
  }),
  logFormat: setting({
    variable: 'LOG_FORMAT',
    kind: oneOf(['auto', 'json', 'pretty']),
    default: 'auto',
    example: 'json',
    about: '`json` for machines, `pretty` for people; `auto` is pretty on a terminal and json elsewhere.',
  }),
  tracesEndpoint: optional({
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    kind: url('http', 'https'),
    example: 'http://collector:4318',
    about: 'Where traces are sent (OTLP over HTTP). Unset: no spans are made.',
  }),
  shutdownTimeoutMs: setting({
    variable: 'SHUTDOWN_TIMEOUT_MS',
    kind: integer(0, 600_000),
    default: '10000',
    example: '30000',
    about: 'How long a stopping process waits, in milliseconds, for what is still running.',
  }),
  corsOrigins: setting({
    variable: 'CORS_ORIGINS',
    kind: list(url('http', 'https')),
    default: 'http://localhost:5173',
    example: 'https://console.example.com,https://admin.example.com',
    about: 'Origins whose pages may call the graph from a browser.',
  }),
  trustedProxies: optional({
    variable: 'TRUST_PROXY',
    kind: list(words()),
    example: '10.0.0.0/8',
    about: 'Addresses or CIDR ranges of the proxies whose `x-forwarded-*` headers are believed. Unset: nobody’s.',
  }),
  docsBaseUrl: setting({
    variable: 'DOCS_BASE_URL',
    kind: url('http', 'https'),
    default: 'https://docs.gpuaas.example',
    example: 'https://docs.example.com/graph',
    about: 'Where the documentation is published; errors link to `<DOCS_BASE_URL>/errors#<code>`.',
  }),
}
