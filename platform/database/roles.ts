import { createHmac } from 'node:crypto'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { DATABASE_LOGINS, type DatabaseLogin } from '../config/logins.ts'
import { hasCode } from './error-code.ts'
import { databaseName, withDatabase, withUser } from './database-url.ts'

/** How the passwords of the roles are known: derived from one secret, or given one by one (then it may be left out). */
export interface RoleSecrets {
  readonly secret?: string | undefined
  readonly passwords?: Partial<Readonly<Record<DatabaseLogin, string>>>
}

/** The database's name for a login. */
export type DatabaseRole = `gpuaas_${DatabaseLogin}`

export const roleName = (login: DatabaseLogin): DatabaseRole => `gpuaas_${login}`

/** The login in an address, as traces and logs show it: `compute`. */
export const loginOf = (url: string): string => decodeURIComponent(new URL(url).username).replace(/^gpuaas_/, '')

/** The given password, else HMAC-SHA-256(secret, role name) in hexadecimal: the same in every process. */
export const rolePassword = (login: DatabaseLogin, { secret, passwords }: RoleSecrets): string => {
  const given = passwords?.[login]
  if (given !== undefined) return given
  if (secret === undefined)
    throw new Error(`This process was given no password for the database role ${roleName(login)}`)
  return createHmac('sha256', secret).update(roleName(login)).digest('hex')
}

/** The address by which a part of the product connects, with the rights of its own role alone (R90). */
export const roleUrl = (ownerUrl: string, login: DatabaseLogin, secrets: RoleSecrets): string =>
  withUser(ownerUrl, roleName(login), rolePassword(login, secrets))

const connected = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => undefined) // the query that runs fails with it
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Makes the database that the address names, when the server is there and the database is not. */
export const ensureDatabase = async (ownerUrl: string): Promise<void> => {
  const name = databaseName(ownerUrl)
  const isMissing = await connected(ownerUrl, () => Promise.resolve(false)).catch((error: unknown) => {
    if (hasCode(error, '3D000')) return true
    throw error
  })
  if (!isMissing) return
  await connected(withDatabase(ownerUrl, 'postgres'), async (client) => {
    // One at a time: PostgreSQL refuses to copy its template for two at once.
    await client.query(`select pg_advisory_lock(hashtextextended('gpuaas.database', 0))`)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`)
  })
}

/** Owner of nothing and above no rule: what a role may do is granted by the migrations. */
const ATTRIBUTES = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit'

interface KnownRole {
  readonly rolname: string
  readonly sound: boolean
}

const KNOWN_ROLES = `
  select rolname, rolcanlogin and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls) as sound
  from pg_roles where rolname = any ($1)`

/** The whole set for a new role; for a sound one the password alone: more takes a superuser to say, even unchanged. */
const statementFor = (name: DatabaseRole, known: KnownRole | undefined, password: string): string => {
  if (known === undefined) return `create role ${escapeIdentifier(name)} with ${ATTRIBUTES} password ${password}`
  return `alter role ${escapeIdentifier(name)} with ${known.sound ? '' : ATTRIBUTES} password ${password}`
}

/**
 * Makes the roles that the product connects as, or gives them their present passwords. Migrations grant rights to
 * them, hence before any migration. The owner needs CREATEROLE. An owner without it finds the roles made for it, with
 * their attributes and passwords (docker, managed servers), and this leaves them alone.
 */
export const ensureRoles = async (ownerUrl: string, secrets: RoleSecrets): Promise<void> =>
  connected(ownerUrl, async (client) => {
    await client.query('begin')
    // Roles belong to the server, not the database: one at a time among all that share it.
    await client.query(`select pg_advisory_xact_lock(hashtextextended('gpuaas.roles', 0))`)
    const { rows } = await client.query<KnownRole>(KNOWN_ROLES, [DATABASE_LOGINS.map(roleName)])
    const allSound = rows.length === DATABASE_LOGINS.length && rows.every(({ sound }) => sound)
    if (!allSound || (await mayMakeRoles(client))) {
      for (const login of DATABASE_LOGINS) {
        const name = roleName(login)
        const known = rows.find(({ rolname }) => rolname === name)
        await client.query(statementFor(name, known, escapeLiteral(rolePassword(login, secrets))))
      }
    }
    await client.query('commit')
  })

const mayMakeRoles = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ may: boolean }>(
    'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
  )
  return rows.some(({ may }) => may)
}
