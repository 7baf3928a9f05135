import { WebSocket } from 'ws'
import { until } from '../../test/testkit/until.ts'
import { encodeClientFrame, TERMINAL_PROTOCOL, type ClientFrame } from '../protocol/client-frames.ts'
import { decodeGatewayFrame, type GatewayFrame } from '../protocol/gateway-frames.ts'

/** A client of a terminal as a test drives it. */
export interface TerminalClient {
  readonly socket: WebSocket
  readonly frames: readonly GatewayFrame[]
  /** All output so far, in the order of its offsets. Throws where a byte is missing or comes twice. */
  readonly output: () => Buffer
  /** The offset after the last byte of output that came. */
  readonly offset: () => number
  readonly text: () => string
  readonly send: (frame: ClientFrame) => void
  readonly type: (text: string) => void
  /** Resolves when the terminal took in everything that was typed. */
  readonly taken: () => Promise<void>
  readonly ready: () => Promise<Extract<GatewayFrame, { type: 'ready' }>>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

export interface ClientOptions {
  readonly offset?: number
  readonly columns?: number
  readonly rows?: number
  /** `never`: what comes is not acknowledged. */
  readonly acknowledge?: 'always' | 'never'
  readonly hello?: 'sent' | 'withheld'
  readonly headers?: Readonly<Record<string, string>>
}

/** Connects with a token and says hello. Resolves when the socket is open or was refused. */
export const connectTerminal = async (
  url: string,
  token: string | undefined,
  options: ClientOptions = {},
): Promise<TerminalClient> => {
  const { offset = 0, columns = 80, rows = 24, acknowledge = 'always', hello = 'sent', headers } = options
  const protocols = [TERMINAL_PROTOCOL, ...(token === undefined ? [] : [`token.${token}`])]
  const socket = new WebSocket(url, protocols, { ...(headers && { headers: { ...headers } }) })
  const frames: GatewayFrame[] = []
  const chunks: Buffer[] = []
  let next = offset
  let typed = 0
  let fault: Error | undefined
  const send = (frame: ClientFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(encodeClientFrame(frame))
  }
  const hear = (frame: GatewayFrame): void => {
    if (frame.type === 'ready') {
      next = frame.offset
      typed = frame.inputOffset
    }
    if (frame.type === 'output') {
      if (frame.offset !== next) fault ??= new Error(`byte ${frame.offset} came where ${next} was to come`)
      next += frame.bytes.length
      chunks.push(Buffer.from(frame.bytes))
      if (acknowledge === 'always') send({ type: 'ack', offset: next })
    } else frames.push(frame)
  }
  socket.on('message', (data: Buffer) => {
    const frame = decodeGatewayFrame(data)
    if (frame === undefined) fault ??= new Error('what the gateway sent is no frame')
    else hear(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  await new Promise<void>((resolve) => {
    socket.once('open', () => resolve())
    socket.once('error', () => resolve())
    socket.once('close', () => resolve())
  })
  if (hello === 'sent') send({ type: 'hello', version: 1, offset, size: { columns, rows } })
  const output = (): Buffer => {
    if (fault) throw fault
    return Buffer.concat(chunks)
  }
  return {
    socket,
    frames,
    output,
    offset: () => next,
    text: () => output().toString(),
    send,
    type: (text) => {
      typed += Buffer.byteLength(text)
      send({ type: 'input', bytes: Buffer.from(text) })
    },
    taken: () =>
      until('the terminal took in what was typed', () =>
        frames.some((frame) => frame.type === 'input-ack' && frame.offset >= typed),
      ),
    ready: async () => {
      await until('the terminal is ready', () => frames.some(({ type }) => type === 'ready'))
      const found = frames.find((frame) => frame.type === 'ready')
      if (found === undefined) throw new Error('unreachable: it was there')
      return found
    },
    closed,
  }
}
