import { expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { VISION } from '../e2e/demo-ids.ts'
import { OWNER } from './demo-callers.ts'
import { eventually } from './eventually.ts'
import { ask, type Product } from './product.ts'
import { subscribe } from './subscriber.ts'

/** A span as whoever collects them sees it. */
export interface SeenSpan {
  readonly name: string
  readonly spanId: string
  readonly parentId: string | undefined
}

const CREATE = `mutation ($project: ID!) {
  createAllocation(input: { projectId: $project, name: "traced", skuCode: "l40s-1" }) { allocation { id } }
}`
const RELEASE = `mutation ($id: ID!) { releaseAllocation(input: { allocationId: $id }) { allocation { state } } }`

/** The names of a span and of those above it, the topmost first. */
const wayTo = (span: SeenSpan | undefined, spans: readonly SeenSpan[]): readonly string[] => {
  if (span === undefined) return []
  const above = spans.find(({ spanId }) => spanId === span.parentId)
  return [...wayTo(above, spans), span.name]
}

/** Of what one mutation caused long after its answer, in whichever form the product runs. */
export const traceSuite = (product: () => Product, spansOf: (traceId: string) => readonly SeenSpan[]): void => {
  test('R87: one trace leads from a mutation over subgraph, statements, outbox and jobs to the live delivery of what it caused', async () => {
    const [url] = product().urls
    const token = await product().tokenOf(OWNER)
    const live = await subscribe<{ notifications: { subject: string } }>(
      url,
      token,
      'subscription { notifications { subject } }',
    )
    const traceId = randomBytes(16).toString('hex')
    const { data } = await ask<{ createAllocation: { allocation: { id: string } } }>(url, CREATE, {
      token,
      variables: { project: VISION },
      headers: { traceparent: `00-${traceId}-00000000000000aa-01` },
    })
    const id = data?.createAllocation.allocation.id
    try {
      await eventually(() => {
        expect(live.received().map(({ notifications }) => notifications.subject)).toContain(id)
      }, 30_000)
      await eventually(() => {
        const spans = spansOf(traceId)
        const event = spans.find(({ name }) => name === 'subscription event')
        const way = wayTo(event, spans).filter((name) => !name.startsWith('subgraph '))
        expect(way).toEqual([
          'POST /graphql',
          'fetch compute',
          'outbox',
          'job compute.provision',
          'outbox',
          'consume gpuaas.provisioning.allocation_activated',
          'job event:notifications',
          'subscription event',
        ])
        const roles = spans.filter(({ name }) => name.startsWith('sql ')).map((span) => wayTo(span, spans).at(-2))
        expect(roles).toEqual(expect.arrayContaining(['outbox', 'job compute.provision', 'job event:notifications']))
        expect(spans.map(({ name }) => name)).toContain('subgraph notifications event')
      }, 30_000)
    } finally {
      await live.close()
      await ask(url, RELEASE, { token, variables: { id } })
    }
  }, 90_000)
}
