import { DATABASE_LOGINS, type DatabaseLogin } from '../logins.ts'
import { integer, secret, secretUrl } from '../kinds.ts'
import { optional, setting } from '../setting.ts'

const passwordSetting = (login: DatabaseLogin) =>
  optional({
    variable: `DATABASE_PASSWORD_${login.toUpperCase()}`,
    kind: secret(8),
    example: 'a-long-password',
    about: `The password of the database role \`gpuaas_${login}\`, instead of the derived one.`,
  })

const PASSWORDS = Object.fromEntries(
  DATABASE_LOGINS.map((login) => [`databasePassword:${login}`, passwordSetting(login)]),
) as Record<`databasePassword:${DatabaseLogin}`, ReturnType<typeof passwordSetting>> // one entry for each login

/** Where state is kept. */
export const STORE_SETTINGS = {
  databaseUrl: optional({
    variable: 'DATABASE_URL',
    kind: secretUrl('postgres', 'postgresql'),
    example: 'postgresql://owner:password@db.example.com:5432/gpuaas',
    about:
      'The PostgreSQL database. Its user owns the schemas and runs the migrations; every part of the product connects to the same place with a role of its own. Unset: a PostgreSQL is started under `DATA_DIR`.',
  }),
  databaseRoleSecret: optional({
    variable: 'DATABASE_ROLE_SECRET',
    kind: secret(32),
    example: '$(openssl rand -base64 48)',
    about:
      'The passwords of the database roles are derived from it. The same for every process. Unset: one is generated into `DATA_DIR`.',
  }),
  ...PASSWORDS,
  databasePoolSize: setting({
    variable: 'DATABASE_POOL_SIZE',
    kind: integer(1, 500),
    default: '6',
    example: '20',
    about: 'The most connections that one process opens for each database role it uses.',
  }),
  redisUrl: optional({
    variable: 'REDIS_URL',
    kind: secretUrl('redis', 'rediss'),
    example: 'rediss://:password@cache.example.com:6380',
    about: 'The shared cache. Needed as soon as there is more than one process. Unset: a cache in the process.',
  }),
  natsUrl: optional({
    variable: 'NATS_URL',
    kind: secretUrl('nats', 'tls', 'ws', 'wss'),
    example: 'nats://nats.example.com:4222',
    about:
      'The event backbone (NATS JetStream). Unset: a log table in the database, which several processes can share.',
  }),
}
