import { randomUUID } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import type { Uuid } from '../../platform/ids/id.ts'
import type { Log } from '../../platform/log/log.ts'
import { checkAgentProof, type KnownAgent } from '../node-link/agent-proof.ts'
import { decodeLinkFrame, encodeLinkFrame, type LinkFrame } from '../node-link/link-frames.ts'
import {
  readAgentMessage,
  type AgentMessage,
  type EndedSession,
  type GatewayMessage,
  type Refusal,
} from '../node-link/link-messages.ts'
import type { SignTask, Task } from '../node-link/task.ts'

/** What the agent says about one stream. */
export interface StreamListener {
  readonly onOpened: (told: Extract<AgentMessage, { kind: 'opened' }>) => void
  readonly onRefused: (code: Refusal) => void
  readonly onOutput: (offset: number, bytes: Uint8Array) => void
  readonly onInputTaken: (offset: number) => void
  readonly onExited: (exitCode: number, signal: number) => void
}

export interface AgentEvents {
  readonly onUp: (link: AgentLink) => void
  /** What runs without a gateway; `whole`: it is everything that does, as the link begins. */
  readonly onHeld: (link: AgentLink, tickets: readonly string[], extent: 'whole' | 'some') => void
  readonly onEnded: (link: AgentLink, ended: EndedSession) => void
  readonly onDown: (link: AgentLink) => void
}

export interface AgentLinkParts {
  readonly socket: WebSocket
  readonly gatewayId: string
  readonly agents: readonly KnownAgent[]
  readonly sign: SignTask
  readonly events: AgentEvents
  readonly log: Log
  readonly proofMs: number
}

/** The gateway's end of the link that a node agent dialled: nothing is heard on it before the agent has proven itself. */
export class AgentLink {
  readonly #parts: AgentLinkParts
  readonly #nonce = randomUUID()
  readonly #streams = new Map<number, StreamListener>()
  readonly #tickets: string[] = []
  #nextStream = 1
  #agent: { readonly id: string; readonly nodes: readonly Uuid[] } | undefined
  #hasBegun = false
  #isAlive = true

  constructor(parts: AgentLinkParts) {
    this.#parts = parts
    const { socket, gatewayId, proofMs } = parts
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#isAlive = true
      const bytes = data as Buffer // ws hands over one Buffer unless told otherwise
      if (isBinary) this.#hearFrame(decodeLinkFrame(bytes))
      else this.#hear(readAgentMessage(bytes.toString()))
    })
    socket.on('error', (error) => parts.log.debug({ err: error }, 'a link of a node agent failed'))
    const unproven = setTimeout(() => {
      if (this.#agent === undefined) socket.terminate()
    }, proofMs)
    socket.once('close', () => {
      clearTimeout(unproven)
      if (this.#agent !== undefined) parts.events.onDown(this)
    })
    this.#say({ kind: 'challenge', nonce: this.#nonce, gatewayId })
  }

  /** The nodes that its agent has shown to act for. */
  get nodes(): readonly Uuid[] {
    return this.#agent?.nodes ?? []
  }

  get isOpen(): boolean {
    return this.#agent !== undefined && this.#parts.socket.readyState === this.#parts.socket.OPEN
  }

  /** A number for the bytes of one terminal, and who hears them. */
  openStream(listener: StreamListener): number {
    const stream = this.#nextStream
    this.#nextStream += 1
    this.#streams.set(stream, listener)
    return stream
  }

  /** Nothing more is heard of the stream, and its program runs on. */
  releaseStream(stream: number): void {
    if (this.#streams.delete(stream)) this.#say({ kind: 'release', stream })
  }

  async send(task: Task, node: Uuid): Promise<void> {
    this.#say({ kind: 'task', task: await this.#parts.sign(task, node) })
  }

  give(frame: LinkFrame): void {
    if (this.isOpen) this.#parts.socket.send(encodeLinkFrame(frame))
  }

  close(code: number, reason: string): void {
    this.#parts.socket.close(code, reason)
  }

  terminate(): void {
    this.#parts.socket.terminate()
  }

  ping(): void {
    if (!this.#isAlive) return this.terminate()
    this.#isAlive = false
    if (this.#parts.socket.readyState === this.#parts.socket.OPEN) this.#parts.socket.ping()
  }

  #say(message: GatewayMessage): void {
    if (this.#parts.socket.readyState === this.#parts.socket.OPEN) this.#parts.socket.send(JSON.stringify(message))
  }

  #broken(why: string): void {
    this.#parts.log.warn({ why, agent: this.#agent?.id }, 'a node agent broke the protocol of its link')
    this.terminate()
  }

  async #prove(proof: string): Promise<void> {
    const { gatewayId, agents, events, log } = this.#parts
    if (this.#agent !== undefined) {
      this.#broken('a second proof')
      return
    }
    const agent = await checkAgentProof(proof, { nonce: this.#nonce, gatewayId }, agents)
    if (agent === undefined) {
      log.warn('a node agent could not show who it is')
      this.close(4403, 'AGENT_UNKNOWN')
      return
    }
    if (this.#parts.socket.readyState !== this.#parts.socket.OPEN) return
    this.#agent = agent
    log.info({ agent: agent.id, nodes: agent.nodes.length }, 'a node agent is linked')
    this.#say({ kind: 'welcome' })
    events.onUp(this)
  }

  #hear(message: AgentMessage | undefined): void {
    const { events, log } = this.#parts
    if (message === undefined) return this.#broken('a message that is none')
    if (message.kind === 'prove') return void this.#prove(message.proof)
    if (this.#agent === undefined) return this.#broken('a message before the proof')
    switch (message.kind) {
      case 'held':
        return this.#hearHeld(message)
      case 'opened':
        return this.#streams.get(message.stream)?.onOpened(message)
      case 'refused':
        log.warn({ code: message.code }, 'a node agent refused a task')
        if (message.stream !== undefined) this.#streams.get(message.stream)?.onRefused(message.code)
        return
      case 'exited':
        return this.#streams.get(message.stream)?.onExited(message.exitCode, message.signal)
      case 'ended':
        return events.onEnded(this, message)
    }
  }

  #hearHeld({ tickets, isLast }: Extract<AgentMessage, { kind: 'held' }>): void {
    if (this.#hasBegun) return this.#parts.events.onHeld(this, tickets, 'some')
    this.#tickets.push(...tickets)
    if (this.#tickets.length > MOST_HELD) return this.#broken('more sessions than any node has')
    if (!isLast) return
    this.#hasBegun = true
    this.#parts.events.onHeld(this, this.#tickets.splice(0), 'whole')
  }

  #hearFrame(frame: LinkFrame | undefined): void {
    if (frame === undefined || this.#agent === undefined) return this.#broken('a frame that is none')
    if (frame.type === 'output') this.#streams.get(frame.stream)?.onOutput(frame.offset, frame.bytes)
    else if (frame.type === 'input-ack') this.#streams.get(frame.stream)?.onInputTaken(frame.offset)
    else this.#broken('a frame that gateways send')
  }
}

const MOST_HELD = 10_000
