import { integer, list, oneOf, secrets } from '../kinds.ts'
import { optional, setting } from '../setting.ts'

/** How partners are told of events at addresses of their own (`docs/guides/webhooks.md`). */
export const WEBHOOK_SETTINGS = {
  webhookSecretsKey: optional({
    variable: 'WEBHOOK_SECRETS_KEY',
    kind: secrets(32),
    example: '$(openssl rand -base64 48)',
    about:
      'The key under which the secrets of webhook endpoints are kept; the subgraph notifications and workers need the same. To change it, put the new one first and keep the old one behind a comma until all secrets were rotated. Unset: where one process is the whole product one is generated into `DATA_DIR`, else there are no webhooks.',
  }),
  webhookTimeoutMs: setting({
    variable: 'WEBHOOK_TIMEOUT_MS',
    kind: integer(100, 60_000),
    default: '10000',
    example: '5000',
    about: 'How long one delivery of a webhook may take, in milliseconds, from the look at its name to the answer.',
  }),
  webhookPatienceSeconds: setting({
    variable: 'WEBHOOK_PATIENCE_SECONDS',
    kind: integer(1, 2_592_000),
    default: '259200',
    example: '86400',
    about: 'For how long an endpoint may fail without a single success before it is disabled, in seconds.',
  }),
  webhookPorts: setting({
    variable: 'WEBHOOK_PORTS',
    kind: list(integer(1, 65_535)),
    default: '443',
    example: '443,8443',
    about: 'The ports that the URL of a webhook endpoint may name.',
  }),
  webhookLoopback: setting({
    variable: 'WEBHOOK_LOOPBACK',
    kind: oneOf(['refuse', 'allow']),
    default: 'refuse',
    example: 'allow',
    about:
      '`allow` lets webhook endpoints be on this machine, by http and at any port: for development, and refused where `NODE_ENV` is `production`.',
  }),
}
