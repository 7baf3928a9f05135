import type { SharedEvent } from '../../subscriptions/shared-event.ts'

/** A comment: tells proxies and half-open connections apart from dead ones, and no client anything. */
export const KEEP_ALIVE = Buffer.from(':\n\n')
/** Its data is empty, but there: an `EventSource` drops events without any. */
export const COMPLETE = Buffer.from('event: complete\ndata:\n\n')

export const retryAfter = (milliseconds: number): Buffer => Buffer.from(`retry: ${milliseconds}\n\n`)

const DATA = Buffer.from('event: next\ndata: ')
const END = Buffer.from('\n\n')

/** The id of an event comes back as `Last-Event-ID`; a cursor that would break its line is not sent as one. */
const idLine = (cursor: string | undefined): Buffer =>
  cursor === undefined || /[\n\r\0]/.test(cursor) ? Buffer.alloc(0) : Buffer.from(`id: ${cursor}\n`)

const messages = new WeakMap<SharedEvent, Buffer>()

/** The `next` event, the same bytes for every subscriber. JSON holds no line breaks, so that one `data` line is enough. */
export const nextMessage = (event: SharedEvent): Buffer => {
  const known = messages.get(event)
  if (known) return known
  const message = Buffer.concat([idLine(event.cursor), DATA, event.payload, END])
  messages.set(event, message)
  return message
}
