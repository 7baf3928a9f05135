import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket, type RawData } from 'ws'
import type { Log } from '../../platform/log/log.ts'
import { proveAgent, type AgentIdentity } from '../node-link/agent-proof.ts'
import { decodeLinkFrame, encodeLinkFrame, LINK_PROTOCOL, type LinkFrame } from '../node-link/link-frames.ts'
import { SILENCE_MS } from '../node-link/liveness.ts'
import { readGatewayMessage, type AgentMessage, type GatewayMessage } from '../node-link/link-messages.ts'

/** A link that is up: proven, and welcomed. */
export interface LiveLink {
  readonly gatewayId: string
  readonly say: (message: AgentMessage) => void
  readonly send: (frame: LinkFrame) => void
  /** Whether more output may be sent; `onRoom` tells when it may again. */
  readonly hasRoom: () => boolean
}

export interface LinkEvents {
  readonly onUp: (link: LiveLink) => void
  readonly onTask: (link: LiveLink, task: string) => Promise<void>
  readonly onRelease: (link: LiveLink, stream: number) => void
  /** False for a frame that breaks the protocol: it ends the link. */
  readonly onFrame: (link: LiveLink, frame: LinkFrame) => boolean
  readonly onRoom: (link: LiveLink) => void
  readonly onDown: (link: LiveLink) => void
}

export interface GatewayLinkOptions {
  /** Where a gateway takes links: `wss://…/terminal/agent`. */
  readonly url: string
  readonly identity: AgentIdentity
  readonly log: Log
  readonly events: LinkEvents
  /** How long nothing may be heard of the gateway. */
  readonly silenceMs?: number
  /** Shortest and longest wait before the next attempt. */
  readonly backoffMs?: { readonly first: number; readonly last: number }
}

const BACKOFF = { first: 250, last: 10_000 }
const MAX_MESSAGE_BYTES = 256 * 1024
/** What may wait in the socket before output stays where it is: in the rings of the terminals. */
const FULL_BYTES = 2 * 1024 * 1024

/**
 * Keeps one link to a gateway for as long as the agent lives: the agent dials, proves itself, and dials again after
 * every loss, with a growing wait and some chance in it. Resolves when `stopped` has come.
 */
export const keepLink = async (options: GatewayLinkOptions, stopped: AbortSignal): Promise<void> => {
  const { first, last } = options.backoffMs ?? BACKOFF
  let waitMs = first
  while (!stopped.aborted) {
    const wasUp = await oneLink(options, stopped)
    waitMs = wasUp ? first : Math.min(waitMs * 2, last)
    await pause(waitMs * (0.5 + Math.random() / 2), undefined, { signal: stopped }).catch(() => undefined)
  }
}

/** Resolves when the link has ended; true where it was up. */
const oneLink = (options: GatewayLinkOptions, stopped: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const { url, identity, log, events, silenceMs = SILENCE_MS } = options
    const socket = new WebSocket(url, LINK_PROTOCOL, { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
    let gatewayId: string | undefined
    let live: LiveLink | undefined
    let isFull = false
    const say = (message: AgentMessage): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    }
    const roomAgain = (): void => {
      if (!isFull || socket.bufferedAmount > FULL_BYTES / 2) return
      isFull = false
      if (live) events.onRoom(live)
    }
    const send = (frame: LinkFrame): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(encodeLinkFrame(frame), roomAgain)
    }
    const hasRoom = (): boolean => {
      isFull ||= socket.bufferedAmount > FULL_BYTES
      return !isFull
    }
    const broken = (why: string): void => {
      log.warn({ why }, 'a gateway broke the protocol of the link')
      socket.terminate()
    }
    const hear = (message: GatewayMessage): void => {
      switch (message.kind) {
        case 'challenge':
          if (gatewayId !== undefined) return broken('a second challenge')
          gatewayId = message.gatewayId
          proveAgent(identity, message).then((proof) => say({ kind: 'prove', proof }), broken)
          return
        case 'welcome':
          if (gatewayId === undefined || live !== undefined) return broken('a welcome out of turn')
          live = { gatewayId, say, send, hasRoom }
          events.onUp(live)
          return
        case 'task':
          if (live === undefined) return broken('a task before the welcome')
          events.onTask(live, message.task).catch((error: unknown) => {
            log.error({ err: error }, 'a task could not be done')
          })
          return
        case 'release':
          if (live !== undefined) events.onRelease(live, message.stream)
      }
    }
    let silence = setTimeout(() => undefined)
    const heard = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => socket.terminate(), silenceMs)
    }
    heard()
    const stop = (): void => {
      socket.close(1001)
      setTimeout(() => socket.terminate(), 1000).unref()
    }
    stopped.addEventListener('abort', stop, { once: true })
    socket.on('ping', heard)
    socket.on('message', (data: RawData, isBinary: boolean) => {
      heard()
      const bytes = data as Buffer // ws hands over one Buffer unless told otherwise
      if (!isBinary) {
        const message = readGatewayMessage(bytes.toString())
        return message ? hear(message) : broken('a message that is none')
      }
      const frame = decodeLinkFrame(bytes)
      if (frame === undefined) return broken('a frame that is none')
      if (live !== undefined && !events.onFrame(live, frame)) broken('a frame that no gateway sends')
    })
    socket.on('error', (error) => log.debug({ err: error }, 'a link to a gateway failed'))
    socket.once('close', (code, reason) => {
      clearTimeout(silence)
      stopped.removeEventListener('abort', stop)
      if (live) {
        log.info({ code, reason: reason.toString() }, 'a link to a gateway has ended')
        events.onDown(live)
      }
      resolve(live !== undefined)
    })
  })
