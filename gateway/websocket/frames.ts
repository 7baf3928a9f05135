import type { SharedEvent } from '../subscriptions/shared-event.ts'

/** A text message as one unmasked frame, as servers send it (RFC 6455, section 5.2). */
export const textFrame = (...parts: readonly Buffer[]): Buffer => {
  let length = 0
  for (const part of parts) length += part.length
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = 0x81
  if (headerLength === 2) frame[1] = length
  else if (headerLength === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  let offset = headerLength
  for (const part of parts) {
    frame.set(part, offset)
    offset += part.length
  }
  return frame
}

const MIDDLE = Buffer.from(',"type":"next","payload":')
const BEGIN = Buffer.from('{"id":')
const END = Buffer.from('}')

interface LastFrame {
  readonly id: string
  readonly frame: Buffer
}

/** Clients count their operations alike: most subscribers of one event have one id, and so one frame. */
const lastFrames = new WeakMap<SharedEvent, LastFrame>()

/** The `next` message of an event; `id` is the JSON of the operation's id. */
export const nextFrame = (event: SharedEvent, id: string): Buffer => {
  const last = lastFrames.get(event)
  if (last?.id === id) return last.frame
  const frame = textFrame(BEGIN, Buffer.from(id), MIDDLE, event.payload, END)
  lastFrames.set(event, { id, frame })
  return frame
}

/** Any other message of the protocol. */
export const messageFrame = (message: object): Buffer => textFrame(Buffer.from(JSON.stringify(message)))
