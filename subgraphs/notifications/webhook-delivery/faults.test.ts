import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../platform/clock/clock.ts'
import { startWorker } from '../../../platform/jobs/worker.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { until } from '../../../test/testkit/until.ts'
import { createTestPartner, webhookMeans, type TestPartner } from '../testkit/test-partner.ts'
import type { WebhookEndpoint } from '../webhook/model.ts'
import { messageId } from '../webhook/signature.ts'
import { webhookJobs } from './jobs.ts'

const PROGRAM = fileURLToPath(new URL('../../../test/testkit/webhook-process.ts', import.meta.url))

/** The order in which messages came first; and all that came. */
const firsts = (ids: readonly string[]): readonly string[] => [...new Set(ids)]

describe('webhooks are not lost', () => {
  let partner: TestPartner
  let endpoint: WebhookEndpoint
  const children: ChildProcess[] = []
  const heard = () => partner.receiver.received.map(({ headers }) => String(headers['webhook-id']))
  const happen = async (count: number): Promise<readonly string[]> => {
    const events = Array.from({ length: count }, () => partner.event(partner.tenants.a1))
    for (const event of events) await partner.handle(event)
    return events.map(({ id }) => messageId(id))
  }
  const run = (step: string): ChildProcess => {
    const urls = [partner.test.urlOf('notifications'), partner.test.urlOf('worker')]
    const child = spawn(process.execPath, [PROGRAM, ...urls, step], { stdio: ['ignore', 'ignore', 'inherit'] })
    children.push(child)
    return child
  }
  /** What time would do; a test does not wait for it. */
  const hasten = async (): Promise<void> => {
    await partner.rows(`update notifications.webhook_endpoints set claimed_until = now() - interval '1 s'
      where claimed_until > now() and claim_id is not null`)
    await partner.rows(
      `update notifications.webhook_endpoints set next_attempt_at = now() where next_attempt_at > now()`,
    )
    await partner.rows('update graphile_worker._private_jobs set run_at = now() where locked_at is null')
    await partner.rows(`notify "jobs:insert"`) // a worker looks at once, instead of with its next poll
  }

  beforeEach(async () => {
    partner = await createTestPartner(systemClock)
    ;({ endpoint } = await partner.register(partner.tenants.a1))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await partner.drop()
  })

  test.each(['before-claiming', 'before-sending', 'after-sending', 'after-settling'])(
    'by a worker that is killed %s: all come, in order, what is repeated with the same id',
    async (step) => {
      const ids = await happen(4)
      const [, signal] = (await once(run(step), 'exit')) as [number | null, string | null] // as Node documents it
      expect(signal).toBe('SIGKILL')
      const before = heard().length
      expect(before).toBe(step === 'after-sending' || step === 'after-settling' ? 1 : 0)
      await partner.rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '2 s'`) // as in hasten
      run('never')
      await until(
        'all came',
        async () => {
          await hasten()
          return firsts(heard()).length === ids.length
        },
        60_000,
      )
      expect(firsts(heard())).toEqual(ids)
      // Nobody can know of an answer that was not written down: that one comes twice, and no other.
      expect(heard()).toHaveLength(step === 'after-sending' ? 5 : 4)
    },
    120_000,
  )

  test('by a receiver that is slow, resets, hangs and fails before it is well; by a database that cuts every connection', async () => {
    const ids = await happen(6)
    const { sending } = partner.with(webhookMeans({ timeoutMs: 500 }))
    const worker = await startWorker({
      url: partner.test.urlOf('worker'),
      jobs: webhookJobs(sending),
      log: silentLog,
    })
    let turn = 0
    partner.receiver.react((request, response) => {
      turn += 1
      if (turn === 1) request.socket.resetAndDestroy()
      else if (turn === 2) response.writeHead(500).end()
      else if (turn === 3) setTimeout(() => response.writeHead(200).end(), 300)
      else if (turn !== 4) response.writeHead(204).end() // the fourth is never answered
    })
    let isCut = false
    await until(
      'all came',
      async () => {
        if (heard().length >= 5 && !isCut) {
          isCut = true
          await partner.rows(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
          )
        }
        await hasten()
        return firsts(heard()).length === ids.length
      },
      90_000,
    )
    await worker.stop()
    expect(isCut).toBe(true)
    expect(firsts(heard())).toEqual(ids)
  }, 150_000)

  test('nor found where the one who sends forgets to write down what it will do (negative control)', async () => {
    const [id] = await happen(1)
    // A sender that takes the job, marks the delivery as done, and sends it then: it dies in between.
    await partner.rows('delete from graphile_worker._private_jobs')
    await partner.rows(`update notifications.webhook_endpoints set position = last_sequence, next_attempt_at = null`)
    await partner.send(endpoint)
    expect(heard()).not.toContain(id)
  })
})
