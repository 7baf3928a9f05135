import { expect, test } from '@jest/globals'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { silentLog } from '../../platform/log/log.ts'
import { testRequest } from '../../test/testkit/federated-graph.ts'
import { until } from '../../test/testkit/until.ts'
import { createErrorReporter } from '../errors/error-reporter.ts'
import type { AdmittedSubscription } from '../execution/engine.ts'
import type { SubscriptionEvent, SubscriptionEvents } from '../execution/subscription.ts'
import { EventQueue } from '../streams/event-queue.ts'
import { SharedStream, type Member } from './shared-stream.ts'

/** One generation's way to the subgraph, opened when the test says so. */
const generation = () => {
  const { promise, resolve, reject } = Promise.withResolvers<SubscriptionEvents>()
  const queue = new EventQueue<SubscriptionEvent>(10)
  let isStopped = false
  const admitted: AdmittedSubscription = {
    key: '',
    isResumable: true,
    after: '0',
    open: () => promise,
    review: () => undefined,
  }
  return {
    admitted,
    opens: () => resolve(queue.events(() => (isStopped = true))),
    refuses: () => reject(catalogued('SUBGRAPH_UNAVAILABLE')),
    push: (cursor: string) => queue.push({ result: { data: { cursor } }, cursor }),
    isStopped: () => isStopped,
  }
}

const arrange = ({ admitted }: ReturnType<typeof generation>) => {
  const heard: string[] = []
  const member: Member = {
    stream: undefined,
    next: ({ cursor }) => heard.push(`event ${String(cursor)}`),
    drained: () => undefined,
    answered: () => heard.push('answered'),
    fail: (error) => heard.push(`failed: ${String(error)}`),
    complete: () => heard.push('complete'),
  }
  const stream = new SharedStream({
    admitted,
    opened: { request: testRequest(), cancel: () => undefined, finish: () => undefined },
    correlation: { correlationId: 'test', causationId: 'test' },
    after: undefined,
    report: createErrorReporter({ log: silentLog, docsBaseUrl: undefined, metrics: undefined }),
    onMoved: () => undefined,
  })
  stream.add(member)
  return { stream, heard, says: (words: string) => until(`it hears ${words}`, () => heard.at(-1) === words) }
}

test('of a stream that a later generation begins anew while it opens, the later one counts, whichever opens first', async () => {
  const [before, later] = [generation(), generation()]
  const { stream, heard, says } = arrange(before)
  const started = stream.start(undefined)
  const renewed = stream.renew(later.admitted)
  later.opens()
  await renewed
  before.opens()
  await started
  expect(before.isStopped()).toBe(true)
  before.push('1')
  later.push('2')
  await says('event 2')
  expect(heard).toEqual(['event 2'])
})

test('what the earlier one is refused then is nobody’s concern', async () => {
  const [before, later] = [generation(), generation()]
  const { stream, heard, says } = arrange(before)
  const started = stream.start(undefined)
  const renewed = stream.renew(later.admitted)
  before.refuses()
  await started
  later.opens()
  await renewed
  later.push('1')
  await says('event 1')
  expect(heard).toEqual(['event 1'])
})

test('a stream that has delivered and cannot go on fails: its members may begin again where they are', async () => {
  const [before, later] = [generation(), generation()]
  const { stream, heard, says } = arrange(before)
  before.opens()
  await stream.start(undefined)
  before.push('1')
  await says('event 1')
  later.refuses()
  await stream.renew(later.admitted)
  expect(heard).toEqual(['event 1', expect.stringMatching(/^failed: /)])
})
