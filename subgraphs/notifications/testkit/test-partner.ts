import { systemGrant } from '../../../platform/access/authorize.ts'
import { organizationScope, type ProjectScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import { createEnvelope } from '../../../platform/crypto/envelope.ts'
import { createEgress } from '../../../platform/egress/egress.ts'
import { appCreated } from '../../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../../platform/events/envelope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { WebhookMeans } from '../../../platform/subgraph/module.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/testkit/database.ts'
import { manualClock } from '../../../test/testkit/manual-clock.ts'
import { startReceiver, type Receiver } from '../../../test/testkit/receiver.ts'
import { insertTenants, type Tenants } from '../../../test/testkit/tenants.ts'
import { createWebhooks, type Webhooks } from '../webhook/context.ts'
import type { WebhookEndpoint } from '../webhook/model.ts'
import { webhookHandlers } from '../webhook-delivery/recording.ts'

export const WEBHOOK_ENVELOPE = createEnvelope(['the-webhook-secrets-key-of-every-test'])

export const webhookMeans = ({ timeoutMs = 2_000, ...changes }: Partial<WebhookMeans> = {}): WebhookMeans => ({
  envelope: WEBHOOK_ENVELOPE,
  egress: createEgress({ policy: { ports: [443], loopback: 'allow' }, timeoutMs }),
  timeoutMs,
  patienceMs: 3 * 86_400_000,
  ...changes,
})

/** An organization with partners. Time stands still but where a test moves it. */
export interface TestPartner {
  readonly test: TestDatabase
  readonly clock: Clock
  readonly tenants: Tenants
  readonly receiver: Receiver
  readonly webhooks: Webhooks
  /** The same services with other means. */
  readonly with: (means: WebhookMeans | undefined) => Webhooks
  /** An endpoint at the receiver, and its secret. */
  readonly register: (
    project: ProjectScope,
    eventTypes?: readonly string[],
    url?: string,
  ) => Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string }>
  /** An app was created; each call is another event. */
  readonly event: (project: ProjectScope) => EventEnvelope
  /** What the dispatcher does with an event. */
  readonly handle: (event: EventEnvelope) => Promise<void>
  /** One run of the job of an endpoint, which is taken from the queue. */
  readonly send: (endpoint: WebhookEndpoint, by?: Webhooks) => Promise<void>
  /** When the job of an endpoint runs next; undefined: nothing is queued. */
  readonly dueOf: (endpoint: WebhookEndpoint) => Promise<Date | undefined>
  /** As the owner, above every policy. */
  readonly rows: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
  readonly drop: () => Promise<void>
}

const grantOf = (organization: Uuid) => systemGrant(organizationScope(organization), 'test')

export const managerOf = (organization: Uuid) => grantOf(organization) as never // a test manages by the grant of a job

/** `clock` is the machine's where real workers send. */
export const createTestPartner = async (clock: Clock = manualClock()): Promise<TestPartner> => {
  const test = await createTestDatabase()
  const owner = await test.connect('owner')
  const database = test.open('notifications', { clock, poolSize: 6 })
  const receiver = await startReceiver()
  const make = (means: WebhookMeans | undefined): Webhooks =>
    createWebhooks({ database, webhooks: means, clock, ids: systemIds })
  const webhooks = make(webhookMeans())
  const rows = async <Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await owner.query<Row>(sql, [...values])).rows

  return {
    ...{ test, clock, receiver, webhooks, rows },
    with: make,
    tenants: await insertTenants(owner),
    register: async ({ organizationId }, eventTypes = ['app.created'], url = receiver.url) => {
      const made = await webhooks.endpoints.create(managerOf(organizationId), { url, eventTypes, description: '' })
      if (!made.ok) throw new Error(made.error)
      return { endpoint: made.value.endpoint, secret: made.value.secret.value ?? '' }
    },
    event: ({ organizationId, projectId }) => ({
      ...appCreated.create({ organizationId, projectId }, { appId: systemIds.next() }),
      id: systemIds.next(),
      occurredAt: clock.now().toISOString(),
      correlationId: 'test-correlation',
      causationId: 'test-correlation',
    }),
    handle: async (event) => webhookHandlers(webhooks.recording)[event.type]?.(event),
    send: async ({ id }, by = webhooks) => {
      await rows('delete from graphile_worker._private_jobs where key = $1', [`webhook:${id.local}`])
      await by.sending.sendNext(grantOf(id.scope), id.local)
    },
    dueOf: async ({ id }) => {
      const [job] = await rows<{ run_at: Date }>('select run_at from graphile_worker.jobs where key = $1', [
        `webhook:${id.local}`,
      ])
      return job?.run_at
    },
    drop: async () => {
      await receiver.stop()
      await test.drop()
    },
  }
}
