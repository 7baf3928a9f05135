import { z } from 'zod'
import { CLOSE_REASONS } from '../sessions.ts'

export const closeReason = z.enum(CLOSE_REASONS)

const stream = z.int().min(0).max(0xffff_ffff)
const offset = z.int().min(0)
const sealedTicket = z.string().max(16_384)

/** What the recorder wrote of a session (asciicast v2, chained by hash). */
const recording = z.strictObject({ reference: z.string().max(1024), bytes: offset, head: z.string().length(64) })

/** Why an agent does not do a task. */
const REFUSALS = [
  'TASK_INVALID',
  'TASK_REPLAYED',
  'TASK_STALE',
  'SESSION_UNKNOWN',
  'OFFSET_UNKNOWN',
  'AGENT_CAPACITY',
  'PTY_FAILED',
] as const
export type Refusal = (typeof REFUSALS)[number]

/** A session that is over on its node, however it came to that. `ticket` is what its task carried. */
const ended = z.strictObject({
  kind: z.literal('ended'),
  ticket: sealedTicket,
  reason: closeReason,
  exitCode: z.int().optional(),
  recording: recording.optional(),
})

const fromAgent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('prove'), proof: z.string().max(1_000_000) }),
  /**
   * What runs on the nodes of this agent without a gateway. All of it after the welcome, in parts of which one is the
   * last; then each session that was left alone.
   */
  z.strictObject({ kind: z.literal('held'), tickets: z.array(sealedTicket).max(100), isLast: z.boolean() }),
  /**
   * The output of the stream goes on at `offset`; `lost` bytes before it are gone. Of the input, `inputOffset` bytes have
   * arrived so far, and the terminal took in `inputTaken` of them.
   */
  z.strictObject({
    kind: z.literal('opened'),
    ...{ stream, offset, lost: offset },
    ...{ inputOffset: offset, inputTaken: offset },
  }),
  z.strictObject({ kind: z.literal('refused'), stream: stream.optional(), code: z.enum(REFUSALS) }),
  /** The program has ended and all of its output was sent; the session is kept for a client that lost its connection. */
  z.strictObject({ kind: z.literal('exited'), stream, exitCode: z.int(), signal: z.int().min(0).max(255) }),
  ended,
])

const fromGateway = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('challenge'), nonce: z.string().min(16).max(128), gatewayId: z.string().max(200) }),
  z.strictObject({ kind: z.literal('welcome') }),
  z.strictObject({ kind: z.literal('task'), task: z.string().max(65_536) }),
  /** The client of the stream is gone: nothing more is sent, the program runs on. */
  z.strictObject({ kind: z.literal('release'), stream }),
])

export type AgentMessage = z.infer<typeof fromAgent>
export type GatewayMessage = z.infer<typeof fromGateway>
export type EndedSession = z.infer<typeof ended>

// What is said on a link besides the bytes of terminals: JSON in text messages. Anything else closes the link.
const reading =
  <T>(schema: z.ZodType<T>) =>
  (text: string): T | undefined => {
    try {
      return schema.safeParse(JSON.parse(text)).data
    } catch {
      return undefined
    }
  }

/** Undefined for what no agent says. */
export const readAgentMessage = reading(fromAgent)

/** Undefined for what no gateway says. */
export const readGatewayMessage = reading(fromGateway)
