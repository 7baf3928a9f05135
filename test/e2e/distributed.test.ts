import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { VISION } from './demo-ids.ts'
import { startDistributed, type DistributedProduct } from '../testkit/processes.ts'
import { addressOf, ask } from '../testkit/product.ts'
import { eventually } from '../testkit/eventually.ts'
import { keySuite } from '../testkit/key-suite.ts'
import { leavingSuite } from '../testkit/leaving-suite.ts'
import { productSuite } from '../testkit/product-suite.ts'
import { revocationSuite } from '../testkit/revocation-suite.ts'
import { signInSuite } from '../testkit/sign-in-suite.ts'
import { terminalSuite } from '../testkit/terminal-suite.ts'
import { startTraceCollector, type TraceCollector } from '../testkit/trace-collector.ts'
import { traceSuite } from '../testkit/trace-suite.ts'
import { ROLE_SECRETS } from '../testkit/test-server.ts'
import { DATABASE_LOGINS, loginsOf } from '../../platform/config/logins.ts'
import { ALL_ROLES, SUBGRAPHS } from '../../platform/config/roles.ts'
import { rolePassword } from '../../platform/database/roles.ts'
import { DASHBOARD } from '../../server/welcome.ts'

let product: DistributedProduct
let collector: TraceCollector

beforeAll(async () => {
  collector = await startTraceCollector()
  product = await startDistributed({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
}, 120_000)

afterAll(async () => {
  await product.stop()
  collector.stop()
}, 60_000)

productSuite(() => product)
describe('programs, by their keys (R16, R17, R18, R19)', () => {
  keySuite(() => product)
})
describe('people, by their tokens (R8, R9)', () => {
  revocationSuite(() => product)
})
describe('people, and who signs in as them (R72)', () => {
  signInSuite(() => product)
})
describe('terminals, through a gateway and a node agent of their own', () => {
  beforeAll(async () => {
    await addressOf(product.run('terminal'))
    await addressOf(product.run('node-agent'))
  }, 120_000)
  terminalSuite(() => product)
})
describe('clients that leave', () => {
  leavingSuite(
    () => product,
    () => product.database.connect('owner'),
  )
})
describe('across all processes (R87)', () => {
  traceSuite(
    () => product,
    (traceId) => collector.spansOf(traceId),
  )
})

const OWNER = 'owner@northwind.example'

const dashboard = async (url: string) =>
  ask<{ project: Record<string, unknown> }>(url, DASHBOARD, {
    token: await product.tokenOf(OWNER),
    variables: { project: VISION },
  })

describe('between gateway and subgraphs', () => {
  test('R88: a subgraph answers nobody without the gateway’s token, not even about its schema', async () => {
    const authorization = `Bearer ${await product.tokenOf(OWNER)}`
    for (const [name, url] of product.subgraphUrls) {
      for (const headers of [{}, { authorization }, { 'x-gpuaas-principal': authorization.slice('Bearer '.length) }]) {
        const answer = await ask(url, '{ _service { sdl } }', { headers })
        expect([name, answer.status, answer.data, answer.errors[0]?.extensions.code]).toEqual([
          name,
          401,
          undefined,
          'UNAUTHENTICATED',
        ])
      }
    }
  })

  test('R13: what callers say in reserved headers never reaches a subgraph, nor do their credentials', async () => {
    const [, gateway] = product.urls
    if (gateway === undefined) throw new Error('there are two gateways')
    const before = product.overheard().length
    const { errors } = await ask(gateway, '{ viewer { displayName } }', {
      token: await product.tokenOf(OWNER),
      headers: {
        'x-gpuaas-principal': 'spoofed',
        'X-GPUaaS-Project': 'spoofed',
        'x-forwarded-user': 'spoofed',
        cookie: 'session=spoofed',
        tracestate: 'spoofed=1',
        baggage: 'spoofed=1',
      },
    })
    expect(errors).toEqual([])
    const requests = product.overheard().slice(before)
    expect(requests).not.toEqual([])
    for (const headers of requests) {
      expect(Object.keys(headers).toSorted()).toEqual(
        [
          'accept',
          'accept-encoding',
          'connection',
          'content-length',
          'content-type',
          'host',
          'traceparent',
          'x-correlation-id',
          'x-gpuaas-principal',
          'x-request-timeout-ms',
        ].toSorted(),
      )
      expect(headers['x-gpuaas-principal']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(JSON.stringify(headers)).not.toContain('spoofed')
    }
  })

  test('a subgraph that is killed leaves the rest of the answer, also to a gateway that starts meanwhile', async () => {
    await product.kill('billing')
    const late = await addressOf(product.run('gateway'))
    for (const url of [...product.urls, late]) {
      const { status, data, errors } = await dashboard(url)
      expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
        [['project', 'spend'], 'SUBGRAPH_UNAVAILABLE'],
      ])
      expect(status).toBe(200)
      expect(data).toMatchObject({ project: { name: 'Vision', spend: null, apps: { edges: [{}] } } })
    }
    await product.restart('billing')
    for (const url of [...product.urls, late]) {
      await eventually(async () => {
        const { data, errors } = await dashboard(url)
        expect(errors).toEqual([])
        expect(data).toMatchObject({ project: { spend: { amount: { currency: 'EUR' } } } })
      })
    }
  })
})

describe('subgraphs that share a process', () => {
  test('answer each at a path of its own: gateways give the same answers, and a token is good for one of them', async () => {
    const roles = SUBGRAPHS.map((name) => `subgraph:${name}` as const)
    const settings = roles.map((role) => product.environmentOf(role)).reduce((all, own) => ({ ...all, ...own }))
    const program = product.run('subgraph:iam', { ...settings, ROLES: roles.join() })
    const group = await addressOf(program)
    expect(program.output()).toContain(`Subgraphs ${SUBGRAPHS.join(', ')} ready at ${group}/<name>/graphql`)
    const SUBGRAPH_URLS = SUBGRAPHS.map((name) => `${name}=${group}/${name}/graphql`).join()
    const gateway = await addressOf(product.run('gateway', { SUBGRAPH_URLS }))
    const [elsewhere, here] = [await dashboard(product.urls[0]), await dashboard(gateway)]
    expect(here.errors).toEqual([])
    expect(here.data).toEqual(elsewhere.data)
    expect((await fetch(`${group}/health/ready`)).status).toBe(200)

    // The second gateway's fetches from iam are overheard: their tokens are made for iam.
    await ask(product.urls[1] ?? '', '{ viewer { displayName } }', { token: await product.tokenOf(OWNER) })
    const headers = { 'x-gpuaas-principal': String(product.overheard().at(-1)?.['x-gpuaas-principal']) }
    const statuses = await Promise.all(
      ['/iam', '/compute', ''].map(
        async (path) => (await ask(`${group}${path}`, '{ __typename }', { headers })).status,
      ),
    )
    expect(statuses).toEqual([200, 401, 404])
  })
})

describe('each process', () => {
  test('tells its health and its metrics', async () => {
    for (const url of [...product.urls, ...product.subgraphUrls.values(), product.workerUrl, product.identityUrl]) {
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        expect([url, path, (await fetch(`${url}${path}`)).status]).toEqual([url, path, 200])
      }
    }
    const worker = await (await fetch(`${product.workerUrl}/metrics`)).text()
    expect(worker).toMatch(/^gpuaas_relay_leads 1$/m)
    expect(worker).toMatch(/^gpuaas_outbox_relayed_total [1-9]/m)
    expect(worker).toMatch(/^gpuaas_job_duration_seconds_count\{job="event:billing",outcome="succeeded"\} [1-9]/m)
  })

  test('R90: has the passwords of its own database roles and no others', () => {
    for (const role of ALL_ROLES) {
      const given = JSON.stringify(product.environmentOf(role))
      const own = loginsOf(new Set([role]))
      for (const login of DATABASE_LOGINS) {
        expect([role, login, given.includes(rolePassword(login, ROLE_SECRETS))]).toEqual([
          role,
          login,
          own.includes(login),
        ])
      }
    }
    const signingKey = product.environmentOf('gateway')['INTERNAL_SIGNING_KEY'] ?? ''
    expect(JSON.stringify(product.environmentOf('subgraph:iam'))).not.toContain(signingKey)
    expect(product.environmentOf('subgraph:iam')['DATABASE_URL']).not.toContain('@')
  })

  test('R90: the role of one subgraph is denied the tables of another', async () => {
    const compute = await product.database.connect('compute')
    await expect(compute.query('select * from billing.entries')).rejects.toMatchObject({ code: '42501' })
    await expect(compute.query('select * from compute.allocations')).resolves.toBeDefined()
  })

  test('that cannot start names the part and its remedy', async () => {
    const [taken] = product.urls
    const failures = [
      product.run('subgraph:storage', { PORT: new URL(taken).port }),
      product.run('worker', { REDIS_URL: 'redis://127.0.0.1:1' }),
      product.run('identity', { NODE_ENV: 'production' }),
    ]
    expect(await Promise.all(failures.map(({ exited }) => exited))).toEqual([1, 1, 1])
    const [port, cache, identity] = failures.map(({ output }) => output())
    expect(port).toMatch(
      /COMPONENT_START_FAILED: subgraph storage could not start \(PORT_TAKEN\).*\n.*What to do: .*PORT/,
    )
    expect(cache).toMatch(/COMPONENT_START_FAILED: cache could not start.*\n.*What to do: .*REDIS_URL/)
    expect(identity).toMatch(/COMPONENT_START_FAILED: identity provider could not start.*\n.*What to do: .*OIDC_ISSUER/)
  })
})
