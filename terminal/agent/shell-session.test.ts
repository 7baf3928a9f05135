import { expect, test } from '@jest/globals'
import { systemIds } from '../../platform/ids/generator.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { INPUT_WINDOW_BYTES } from '../protocol/window.ts'
import { ShellSession, type SessionStream } from './shell-session.ts'

const SIZE = { columns: 80, rows: 24 }

/** A session of a program that reads when the test says so. */
const arrange = () => {
  const waiting: (() => void)[] = []
  const session = new ShellSession({
    task: {
      type: 'openTerminal',
      sessionId: systemIds.next(),
      generation: 1,
      target: { kind: 'ALLOCATION', allocationId: systemIds.next() },
      stream: 1,
      size: SIZE,
      offset: 0,
      isRecorded: false,
      endsAt: 0,
      idleMs: 0,
      ticket: 'sealed',
    },
    clock: manualClock(),
    remove: async () => undefined,
  })
  session.begin(
    {
      pid: 0,
      write: (_, taken) => waiting.push(taken),
      resize: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    },
    undefined,
  )
  const attach = () => {
    const heard: string[] = []
    const stream: SessionStream = {
      opened: ({ inputOffset, inputTaken }) =>
        heard.push(`${String(inputOffset)} arrived, ${String(inputTaken)} taken`),
      output: () => undefined,
      inputTaken: (offset) => heard.push(`taken ${String(offset)}`),
      exited: () => undefined,
      hasRoom: () => true,
    }
    session.attach({ generation: 1, ticket: 'sealed', gatewayId: 'gateway' }, stream, 0, SIZE)
    return { stream, heard }
  }
  return { session, attach, read: () => waiting.splice(0).forEach((taken) => taken()) }
}

test('who attaches is told how much of the input has arrived, and how much of that was taken in', () => {
  const { session, attach, read } = arrange()
  const first = attach()
  expect(first.heard).toEqual(['0 arrived, 0 taken'])
  session.input(first.stream, Buffer.alloc(1000))
  expect(attach().heard).toEqual(['1000 arrived, 0 taken'])
  read()
  expect(attach().heard).toEqual(['1000 arrived, 1000 taken'])
})

test('more input than may be under way is refused, and does not count as arrived', () => {
  const { session, attach, read } = arrange()
  const { stream } = attach()
  expect(session.input(stream, Buffer.alloc(INPUT_WINDOW_BYTES))).toBe(true)
  expect(session.input(stream, Buffer.alloc(1))).toBe(false)
  const again = attach()
  expect(again.heard).toEqual([`${String(INPUT_WINDOW_BYTES)} arrived, 0 taken`])
  read()
  expect(session.input(again.stream, Buffer.alloc(1))).toBe(true)
})
