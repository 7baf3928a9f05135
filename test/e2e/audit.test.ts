import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { parse } from 'graphql'
import { AUDITED_MUTATIONS, type AuditedMutation } from './audited-mutations.ts'
import { NORTHWIND, VISION } from './demo-ids.ts'
import { readRules } from '../../directives/read-rules.ts'
import { signIn } from '../../identity/sign-in.ts'
import { findRunningServer } from '../../identity/running-server.ts'
import { selfId } from '../../platform/ids/id.ts'
import { userOf } from '../../server/demo/tenants.ts'
import { AUDITED_SCHEMAS } from '../testkit/audit-rows.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { eventually } from '../testkit/eventually.ts'
import { passwords } from '../testkit/processes.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask } from '../testkit/product.ts'

let database: TestDatabase
let owner: Client
let product: EmbeddedProduct
const signedIn = new Map<string, Promise<string>>()

beforeAll(async () => {
  database = await createTestDatabase()
  owner = await database.connect('owner')
  product = await startEmbedded({
    DATABASE_URL: database.ownerUrl,
    ...passwords('migrate'),
    WEBHOOK_LOOPBACK: 'allow',
  })
}, 120_000)

afterAll(async () => {
  await product.stop()
  await database.drop()
}, 60_000)

const fetchToken = async (email: string): Promise<string> => {
  const issuer = (await findRunningServer(product.dataDirectory))?.issuer
  if (issuer === undefined) throw new Error('the product has no identity provider')
  return signIn({ issuer, email, factors: 'multi' })
}
const tokenOf = (email: string): Promise<string> => {
  const token = signedIn.get(email) ?? fetchToken(email)
  signedIn.set(email, token)
  return token
}

const rules = async () =>
  readRules(parse(await readFile(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8')))
const ruleOf = async (name: string) => (await rules()).get(`Mutation.${name}`)

test('R80: every mutation of the graph is audited, and has its case here', async () => {
  const mutations = [...(await rules())].filter(([coordinate]) => coordinate.startsWith('Mutation.'))
  expect(mutations.filter(([, { audited }]) => audited === undefined)).toEqual([])
  const names = mutations.map(([coordinate]) => coordinate.slice('Mutation.'.length))
  expect(AUDITED_MUTATIONS.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
})

const documentOf = ({ name, makes }: AuditedMutation): string => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  return `mutation ($input: ${type}!) { ${name}(input: $input) { ${makes === undefined ? '' : `${makes} { id }`} userErrors { code } } }`
}

type Payload = Readonly<Record<string, { readonly id: string } | null>> & { readonly userErrors: readonly object[] }

/** Its correlation and its idempotency key alike. */
const correlationOf = (name: string): string => `audited-${name}`

const NOTIFICATIONS = '{ notifications(first: 1) { edges { node { id } } } }'

describe('each mutation', () => {
  const made: Record<string, string> = {}

  beforeAll(async () => {
    const { data } = await ask<{ notifications: { edges: { node: { id: string } }[] } }>(
      product.urls[0],
      NOTIFICATIONS,
      {
        token: await tokenOf('owner@northwind.example'),
      },
    )
    // Where terminals would be sent; nobody goes there.
    await owner.query(
      `insert into compute.terminal_gateways (id, url, capacity, held, seen_at) values ('audited', 'ws://127.0.0.1:9', 1000, 0, now() + interval '1 hour')`,
    )
    made['notification'] = data?.notifications.edges[0]?.node.id ?? ''
  }, 30_000)

  test.each(AUDITED_MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    'R80, R97: %s is denied to who says nothing of themselves, and leaves one row when it is done, however often it is sent',
    async (name, mutation) => {
      const query = documentOf(mutation)
      const action = (await ruleOf(name))?.audited?.action
      const headers = { 'x-correlation-id': correlationOf(name) }

      const denied = await ask(product.urls[0], query, { variables: { input: mutation.input(made) }, headers })
      expect(denied.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
      const token = await tokenOf(mutation.as)
      const variables = { input: { ...mutation.input(made), idempotencyKey: correlationOf(name) } }
      const send = () => ask<Record<string, Payload>>(product.urls[0], query, { variables, token, headers })
      let first: Payload | undefined
      await eventually(async () => {
        const { data, errors } = await send()
        first = data?.[name]
        expect({ name, errors, userErrors: first?.userErrors }).toEqual({ name, errors: [], userErrors: [] })
        const id = mutation.makes === undefined ? undefined : first?.[mutation.makes]?.id
        if (mutation.makes !== undefined && id !== undefined) made[mutation.makes] = id
      }, 20_000)
      const again = await send()
      expect({ name, errors: again.errors, payload: again.data?.[name] }).toEqual({ name, errors: [], payload: first })
      const all = AUDITED_SCHEMAS.map((schema) => `select * from ${schema}.audit_log`).join(' union all ')
      const { rows } = await owner.query(
        `select action, result, actor_id from (${all}) a where correlation_id = $1 and actor_kind <> 'system'`,
        [correlationOf(name)],
      )
      expect(rows).toEqual([{ action, result: 'SUCCEEDED', actor_id: selfId('usr', userOf(mutation.as).id).text }])
    },
    60_000,
  )

  test('R97: of what they were answered, nothing secret was kept', async () => {
    const all = AUDITED_SCHEMAS.map((schema) => `select result from ${schema}.idempotency_keys`).join(' union all ')
    const { rows } = await owner.query<{ result: string }>(all)
    expect(rows).toHaveLength(AUDITED_MUTATIONS.length)
    const results = rows.map(({ result }) => result)
    expect(results.filter((result) => result.includes('shownOnce'))).toHaveLength(5)
    expect(results.filter((result) => /gpk_|whsec_|"known"|eyJ/.test(result))).toEqual([])
  })

  test('R80: each of these denials left one row as well', async () => {
    const expected = await Promise.all(
      AUDITED_MUTATIONS.map(async ({ name }) => ({
        coordinate: `Mutation.${name}`,
        action: (await ruleOf(name))?.audited?.action,
        code: 'UNAUTHENTICATED',
        actor_kind: 'anonymous',
        count: 1,
        correlation_id: correlationOf(name),
      })),
    )
    await eventually(async () => {
      const { rows } = await owner.query(
        `select coordinate, action, code, actor_kind, count::int, correlation_id from audit.denials
         where correlation_id = any ($1)`,
        [expected.map(({ correlation_id }) => correlation_id)],
      )
      expect(rows).toHaveLength(expected.length)
      expect(rows).toEqual(expect.arrayContaining(expected))
    })
  })
})

const ENTRIES = `query ($id: ID!, $filter: AuditEntryFilter) { auditEntries(organizationId: $id, filter: $filter, first: 100) {
  edges { node { sequence hash action target result code count correlationId projectId actor { kind actorId } } } } }`

interface Entries {
  readonly auditEntries: { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[] }
}

const entries = async (filter: object): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const token = await tokenOf('owner@northwind.example')
  const { data, errors } = await ask<Entries>(product.urls[0], ENTRIES, { variables: { id: NORTHWIND, filter }, token })
  expect(errors).toEqual([])
  return data?.auditEntries.edges.map(({ node }) => node) ?? []
}

test('R80: the owner reads who did it, in the chain, by the id of the request', async () => {
  await eventually(async () => {
    const [entry, ...more] = await entries({ action: 'compute.allocation.create', result: 'SUCCEEDED' })
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      ...{ result: 'SUCCEEDED', code: null, count: 1, projectId: VISION },
      ...{ correlationId: correlationOf('createAllocation'), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      actor: { kind: 'USER', actorId: selfId('usr', userOf('owner@northwind.example').id).text },
      sequence: expect.any(Number),
    })
  })
})

test('R80: an attack of a stranger on a project is in the log of its organization, once, with a count', async () => {
  const stranger = 'owner@aurora.example'
  const query = 'mutation ($p: ID!) { createBucket(input: { projectId: $p, name: "stolen" }) { bucket { id } } }'
  for (let n = 0; n < 5; n += 1) {
    const { errors } = await ask(product.urls[0], query, { variables: { p: VISION }, token: await tokenOf(stranger) })
    expect(errors[0]?.extensions.code).toBe('PROJECT_ACCESS_DENIED')
  }
  const actorId = selfId('usr', userOf(stranger).id).text
  await eventually(async () => {
    const found = await entries({ actorId, result: 'DENIED' })
    // Five in one minute are one entry; the minute may have turned between them.
    expect(found.length === 1 || found.length === 2).toBe(true)
    expect(found.reduce((sum, { count }) => sum + Number(count), 0)).toBe(5)
    expect(found[0]).toMatchObject({
      target: 'Mutation.createBucket',
      code: 'PROJECT_ACCESS_DENIED',
      projectId: VISION,
    })
  })
})

test('R81: the chain of the running product is intact, and a row changed by a superuser is named', async () => {
  const verify = async () => {
    const query = `query ($id: ID!) { verifyAuditChain(organizationId: $id) {
      intact checked firstBroken { sequence reason } lastCheckpoint { verified } } }`
    const token = await tokenOf('owner@northwind.example')
    const { data } = await ask(product.urls[0], query, { variables: { id: NORTHWIND }, token })
    return data?.['verifyAuditChain']
  }
  expect(await verify()).toMatchObject({ intact: true, firstBroken: null, lastCheckpoint: { verified: true } })
  await owner.query('set session_replication_role = replica')
  await owner.query(`update audit.entries set actor_id = 'usr_nobody' where sequence = 3`)
  await owner.query('set session_replication_role = default')
  expect(await verify()).toMatchObject({ intact: false, checked: 2, firstBroken: { sequence: 3 } })
})
