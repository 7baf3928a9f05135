import { describeBackbone } from '../../test/testkit/backbone-conformance.ts'
import { startNats } from '../../test/testkit/nats.ts'
import { createNatsBackbone } from './nats-backbone.ts'

describeBackbone('NATS JetStream', async () => {
  const nats = await startNats()
  return {
    connect: () => createNatsBackbone({ url: nats.url, ackWaitMs: 2_000 }),
    crash: nats.crash,
    stop: nats.stop,
  }
})
