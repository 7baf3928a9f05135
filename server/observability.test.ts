import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentsOf } from './program.ts'
import { DASHBOARD } from './welcome.ts'
import { signIn } from '../identity/sign-in.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { Lifecycle } from '../platform/lifecycle/lifecycle.ts'
import { silentLog } from '../platform/log/log.ts'
import { createMetrics } from '../platform/metrics/metrics.ts'
import { startTracing, type Tracing } from '../platform/tracing/tracing.ts'
import { VISION } from '../test/e2e/demo-ids.ts'
import { createTestDatabase, type TestDatabase } from '../test/testkit/database.ts'
import { eventually } from '../test/testkit/eventually.ts'
import { ask } from '../test/testkit/product.ts'
import { passwords } from '../test/testkit/processes.ts'
import { traceSuite } from '../test/testkit/trace-suite.ts'

const exporter = new InMemorySpanExporter()
const lifecycle = new Lifecycle({ log: silentLog, shutdownTimeoutMs: 5_000 })
let dataDirectory: string
let database: TestDatabase
let tracing: Tracing
let url = ''
let token: string

beforeAll(async () => {
  tracing = await startTracing({ serviceName: 'test', exporter })
  dataDirectory = await mkdtemp(join(tmpdir(), 'gpuaas-observed-'))
  database = await createTestDatabase()
  const config = readConfig({
    DATABASE_URL: database.ownerUrl,
    ...passwords('migrate'),
    DATA_DIR: dataDirectory,
    PORT: '0',
  })
  await lifecycle.start(
    componentsOf({
      config,
      log: silentLog,
      clock: systemClock,
      ids: systemIds,
      metrics: createMetrics({ process: 'left out' }),
      progress: () => undefined,
      isUp: () => lifecycle.state.phase === 'ready',
      announce: (text) => {
        url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? ''
      },
    }),
  )
  token = await signIn({ issuer: `${url}/identity`, email: 'owner@northwind.example', factors: 'single' })
}, 60_000)

afterAll(async () => {
  await lifecycle.stop('the test is over')
  await tracing.stop()
  await database.drop()
  await rm(dataDirectory, { recursive: true, force: true })
})

const TRACE = 'c0ffee00c0ffee00c0ffee00c0ffee00'

test('R87: one trace leads from the caller’s request over the fetches of all six subgraphs to their statements', async () => {
  const answer = await ask(url, DASHBOARD, {
    token,
    variables: { project: VISION },
    headers: { traceparent: `00-${TRACE}-00000000000000aa-01` },
  })
  expect(answer.errors).toEqual([])
  const spans = await eventually(() => {
    const found = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE)
    expect(found.map(({ name }) => name)).toContain('POST /graphql')
    return found
  })
  const parentOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)
  const ways = spans
    .filter(({ name }) => name.startsWith('sql '))
    .map((statement) => {
      const fetched = parentOf(statement.parentSpanContext?.spanId)
      const request = parentOf(fetched?.parentSpanContext?.spanId)
      return `${request?.name ?? ''} → ${fetched?.name ?? ''} → ${String(statement.attributes['gpuaas.database.role'])}`
    })
  expect(ways).toEqual(
    expect.arrayContaining(
      ['iam', 'compute', 'app-platform', 'storage', 'billing', 'notifications'].map(
        (subgraph) => `POST /graphql → fetch ${subgraph} → ${subgraph.replace('-', '_')}`,
      ),
    ),
  )
})

traceSuite(
  () => ({
    urls: [url],
    tokenOf: (email, factors = 'single') => signIn({ issuer: `${url}/identity`, email, factors }),
    stop: () => Promise.resolve(),
  }),
  (traceId) =>
    exporter
      .getFinishedSpans()
      .filter((span) => span.spanContext().traceId === traceId)
      .map((span) => ({
        name: span.name,
        spanId: span.spanContext().spanId,
        parentId: span.parentSpanContext?.spanId,
      })),
)

test('/metrics tells of the operation, its fetches and its statements, and of the relay', async () => {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  for (const line of [
    /^gpuaas_graphql_operation_duration_seconds_count\{type="query",outcome="ok"\} [1-9]/m,
    /^gpuaas_http_request_duration_seconds_count\{method="POST",route="\/graphql",status="200"\} [1-9]/m,
    /^gpuaas_subgraph_fetch_duration_seconds_count\{subgraph="billing",outcome="ok"\} [1-9]/m,
    /^gpuaas_plan_cache_lookups_total\{outcome="miss"\} [1-9]/m,
    /^gpuaas_database_query_duration_seconds_count\{role="compute",outcome="ok"\} [1-9]/m,
    /^gpuaas_database_connections\{role="access",state="idle"\} [1-9]/m,
    /^gpuaas_relay_leads 1$/m,
  ]) {
    expect(metrics).toMatch(line)
  }
})
