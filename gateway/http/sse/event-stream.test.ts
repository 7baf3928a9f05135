import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from '@jest/globals'
import { silentLog } from '../../../platform/log/log.ts'
import { until } from '../../../test/testkit/until.ts'
import { createErrorReporter } from '../../errors/error-reporter.ts'
import { EventStream } from './event-stream.ts'

/** A stream that has said all, to a client that reads nothing: its end waits. */
const arrange = () => {
  const written: Buffer[] = []
  let taken: (() => void) | undefined
  let reads = false
  const socket = new Duplex({
    highWaterMark: 1,
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      written.push(chunk)
      if (reads) done()
      else taken = done
    },
  })
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- of a socket it only uses the stream
  response.assignSocket(socket as Socket) // it writes to it, ends and destroys it: what every duplex stream can
  const stream = new EventStream({
    response,
    headers: {},
    limits: { maxQueuedEvents: 10, maxQueuedBytes: 1000 },
    report: createErrorReporter({ log: silentLog, docsBaseUrl: undefined, metrics: undefined }),
    refuse: () => undefined,
  })
  stream.open()
  stream.complete()
  return {
    stream,
    socket,
    readAll: async () => {
      reads = true
      taken?.()
      await until('all is written', () => {
        response.emit('drain')
        return response.writableFinished
      })
      return Buffer.concat(written).toString()
    },
  }
}

test('a stream that has ended is cut where its client takes nothing from one check to the next', () => {
  const { stream, socket } = arrange()
  stream.check()
  expect(socket.destroyed).toBe(false)
  stream.check()
  expect(socket.destroyed).toBe(true)
})

test('who may not be here any more is cut off where the stream has ended', () => {
  const { stream, socket } = arrange()
  stream.forbid()
  expect(socket.destroyed).toBe(true)
})

test('a restart says nothing after the end', async () => {
  const { stream, readAll } = arrange()
  stream.restart()
  const text = await readAll()
  expect(text).toContain('event: complete')
  expect(text).not.toContain('retry')
})
