import { expect, test } from '@jest/globals'
import { Durations } from './durations.ts'
import { LABELS } from './instruments.ts'
import { createMetrics } from './metrics.ts'

const NODE_LABELS = new Set(['version', 'major', 'minor', 'patch', 'space', 'kind', 'type', 'le', 'quantile'])

const labelsOf = (metric: object): readonly string[] =>
  'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : []

test('no metric has a label that tells one tenant’s thing from another’s (R100)', () => {
  const { registry } = createMetrics()
  const metrics = registry.getMetricsAsArray()
  expect(metrics.length).toBeGreaterThan(20)
  for (const metric of metrics) {
    for (const label of labelsOf(metric)) {
      expect(Object.hasOwn(LABELS, label) || (!metric.name.startsWith('gpuaas_') && NODE_LABELS.has(label))).toBe(true)
      expect(label).not.toMatch(/user|org|project|allocation|account|email|subject|token|address|path|(?:^|_)id$/i)
    }
  }
})

test('a label outside the closed list does not compile', () => {
  const { instruments } = createMetrics({ process: 'left out' })
  // @ts-expect-error -- labels are a closed list
  expect(instruments.counter({ name: 'gpuaas_x_total', help: 'x', labels: ['project_id'] })).toBeDefined()
})

test('names say their unit, and counters end with _total', () => {
  const { registry } = createMetrics({ process: 'left out' })
  for (const metric of registry.getMetricsAsArray()) {
    const { name } = metric
    expect(name).toMatch(/^gpuaas_[a-z_]+$/)
    if (metric instanceof Durations) expect(name).toMatch(/_seconds$/)
  }
})

test('what happened is exposed in the format of Prometheus', async () => {
  const metrics = createMetrics({ process: 'left out' })
  metrics.httpExchange({ method: 'POST', route: '/graphql', status: 200, seconds: 0.004 })
  metrics.httpExchange({ method: 'BREW', route: undefined, status: 404, seconds: 0.001 })
  metrics.operation({ type: 'query', outcome: 'partial', seconds: 0.003 })
  metrics.errorSent('PROJECT_ACCESS_DENIED')
  metrics.subgraphFetch({ subgraph: 'billing', outcome: 'timeout', seconds: 3 })
  metrics.planLookup('hit')
  metrics.subscriptionOpened()
  metrics.subscriptionOpened()
  metrics.subscriptionClosed()
  metrics.query({ role: 'compute', outcome: 'ok', seconds: 0.001 })
  metrics.watchPool('compute', () => ({ busy: 1, idle: 2, waiting: 3 }))
  metrics.relayLeads(true)
  metrics.outboxRelayed(4)
  metrics.outboxOldest(6)
  metrics.jobRun({ job: 'billing.charge', outcome: 'succeeded', seconds: 0.2 })

  const { contentType, text } = await metrics.exposition()
  expect(contentType).toContain('text/plain')
  for (const line of [
    'gpuaas_http_request_duration_seconds_count{method="POST",route="/graphql",status="200"} 1',
    'gpuaas_http_request_duration_seconds_bucket{le="0.005",method="POST",route="/graphql",status="200"} 1',
    'gpuaas_http_request_duration_seconds_bucket{le="0.0025",method="POST",route="/graphql",status="200"} 0',
    'gpuaas_http_request_duration_seconds_bucket{le="+Inf",method="POST",route="/graphql",status="200"} 1',
    'gpuaas_http_request_duration_seconds_sum{method="POST",route="/graphql",status="200"} 0.004',
    'gpuaas_http_request_duration_seconds_count{method="OTHER",route="none",status="404"} 1',
    'gpuaas_graphql_operation_duration_seconds_count{type="query",outcome="partial"} 1',
    'gpuaas_graphql_errors_total{code="PROJECT_ACCESS_DENIED"} 1',
    'gpuaas_subgraph_fetch_duration_seconds_count{subgraph="billing",outcome="timeout"} 1',
    'gpuaas_plan_cache_lookups_total{outcome="hit"} 1',
    'gpuaas_subscriptions_open 1',
    'gpuaas_database_query_duration_seconds_count{role="compute",outcome="ok"} 1',
    'gpuaas_database_connections{role="compute",state="waiting"} 3',
    'gpuaas_relay_leads 1',
    'gpuaas_outbox_relayed_total 4',
    'gpuaas_outbox_oldest_seconds 6',
    'gpuaas_job_duration_seconds_count{job="billing.charge",outcome="succeeded"} 1',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
})

test('two processes in one program count apart', async () => {
  const [one, other] = [createMetrics({ process: 'left out' }), createMetrics({ process: 'left out' })]
  one.planLookup('miss')
  expect((await other.exposition()).text).not.toContain('outcome="miss"')
})
