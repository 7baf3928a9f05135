import type { Clock } from '../../platform/clock/clock.ts'
import type { KeySet } from '../../platform/crypto/key-set.ts'
import type { Log } from '../../platform/log/log.ts'
import type { AgentIdentity } from '../node-link/agent-proof.ts'
import type { LinkFrame } from '../node-link/link-frames.ts'
import { taskGate, type OpenTerminalTask } from '../node-link/task.ts'
import { keepLink, type GatewayLinkOptions, type LinkEvents, type LiveLink } from './gateway-link.ts'
import type { OpenPty } from './pty.ts'
import { createShellSessions } from './shell-sessions.ts'
import { ShellSession, type EndedShell, type SessionStream } from './shell-session.ts'
import type { Shells } from './shell.ts'

export interface NodeAgentOptions {
  readonly identity: AgentIdentity
  /** By which tasks are checked: the gateways'. */
  readonly taskKeys: KeySet
  /** Where gateways take links. The agent keeps one to each. */
  readonly gatewayUrls: readonly string[]
  readonly openPty: OpenPty
  readonly shells: Shells
  readonly recordings: string
  readonly maxSessions: number
  readonly clock: Clock
  readonly log: Log
  readonly graceMs?: number
  readonly lingerMs?: number
  readonly sweepMs?: number
  readonly backoffMs?: GatewayLinkOptions['backoffMs']
  readonly silenceMs?: number
}

export interface NodeAgent {
  /** Links that are up. */
  readonly links: () => number
  readonly sessions: () => number
  /** Ends every session and link. */
  readonly stop: () => Promise<void>
}

const GRACE_MS = 10_000
const LINGER_MS = 60_000
const SWEEP_MS = 1000
/** In one message. */
const HELD_AT_ONCE = 100
/** What is told when a gateway is there again: of so many sessions at most. */
const UNTOLD = 10_000

interface Streamed {
  readonly session: ShellSession
  readonly stream: SessionStream
}

/** Starts a node agent: it dials its gateways, does the tasks that they sign, and keeps its terminals while they are away. */
export const startNodeAgent = (options: NodeAgentOptions): NodeAgent => {
  const { identity, clock, log, graceMs = GRACE_MS } = options
  const check = taskGate({ keys: options.taskKeys, nodes: identity.nodes, clock })
  const up = new Map<LiveLink, Map<number, Streamed>>()
  const untold: EndedShell[] = []
  const stopping = new AbortController()

  const linkTo = (gatewayId: string | undefined): LiveLink | undefined => {
    const links = [...up.keys()]
    return links.find((link) => link.gatewayId === gatewayId) ?? links[0]
  }
  const tellEnded = (ended: EndedShell): void => {
    const link = linkTo(ended.gatewayId)
    if (link === undefined) {
      untold.push(ended)
      untold.splice(0, untold.length - UNTOLD)
      return
    }
    const { ticket, reason, exitCode, recording } = ended
    link.say({
      kind: 'ended',
      ticket,
      reason,
      ...(exitCode !== undefined && { exitCode }),
      ...(recording && { recording }),
    })
  }
  const sessions = createShellSessions({
    ...options,
    graceMs,
    lingerMs: options.lingerMs ?? LINGER_MS,
    onEnded: tellEnded,
    onAlone: ({ attachment }) => {
      const link = linkTo(attachment?.gatewayId)
      if (attachment !== undefined) link?.say({ kind: 'held', tickets: [attachment.ticket], isLast: true })
    },
  })

  const open = async (link: LiveLink, task: OpenTerminalTask): Promise<void> => {
    const stream = streamOn(link, task.stream)
    const opened = await sessions.open(task, link.gatewayId, stream)
    const streams = up.get(link)
    if (!(opened instanceof ShellSession)) {
      link.say({ kind: 'refused', stream: task.stream, code: opened })
      return
    }
    if (streams === undefined) {
      opened.detach(stream, 'expect')
      return
    }
    for (const [number, { session }] of streams) if (session === opened) streams.delete(number)
    streams.set(task.stream, { session: opened, stream })
  }
  /** One after the other: checking takes a moment, and a close must not come before its open. */
  let tasks: Promise<void> = Promise.resolve()
  const doTask = (link: LiveLink, token: string): Promise<void> => {
    tasks = tasks
      .catch(() => undefined)
      .then(async () => {
        const checked = await check(token)
        if (!checked.ok) {
          log.warn({ code: checked.code }, 'a task was refused')
          link.say({ kind: 'refused', code: checked.code })
        } else if (checked.task.type === 'openTerminal') await open(link, checked.task)
        else sessions.close(checked.task)
      })
    return tasks
  }

  /** In parts: those that this gateway had last, and those whose own gateway stayed away. */
  const tellHeld = (link: LiveLink): void => {
    const now = clock.now().getTime()
    const tickets = sessions.all().flatMap(({ attachment, isAttached, aloneSince }) => {
      const isDue = attachment?.gatewayId === link.gatewayId || now - (aloneSince?.getTime() ?? now) > graceMs
      return attachment !== undefined && !isAttached && isDue ? [attachment.ticket] : []
    })
    do link.say({ kind: 'held', tickets: tickets.splice(0, HELD_AT_ONCE), isLast: tickets.length === 0 })
    while (tickets.length > 0)
  }
  const events: LinkEvents = {
    onUp: (link) => {
      log.info({ gatewayId: link.gatewayId }, 'linked to a gateway')
      up.set(link, new Map())
      // Before what is held: a session of this gateway's that is in neither is lost.
      for (const ended of untold.splice(0)) tellEnded(ended)
      tellHeld(link)
    },
    onTask: doTask,
    onRelease: (link, number) => {
      const streamed = up.get(link)?.get(number)
      streamed?.session.detach(streamed.stream, 'run-on')
      up.get(link)?.delete(number)
    },
    onFrame: (link, frame) => {
      const streamed = up.get(link)?.get(frame.stream)
      return streamed === undefined || give(streamed, frame)
    },
    onRoom: (link) => {
      for (const { session } of up.get(link)?.values() ?? []) session.pump()
    },
    onDown: (link) => {
      for (const { session, stream } of up.get(link)?.values() ?? []) session.detach(stream, 'expect')
      up.delete(link)
    },
  }
  const { backoffMs, silenceMs } = options
  const links = options.gatewayUrls.map((url) =>
    keepLink(
      { url, identity, log, events, ...(backoffMs && { backoffMs }), ...(silenceMs && { silenceMs }) },
      stopping.signal,
    ),
  )
  const sweep = setInterval(() => {
    sessions.sweep()
    for (const streams of up.values()) {
      for (const [number, { session, stream }] of streams) if (!session.hears(stream)) streams.delete(number)
    }
  }, options.sweepMs ?? SWEEP_MS)

  return {
    links: () => up.size,
    sessions: () => sessions.all().length,
    stop: async () => {
      clearInterval(sweep)
      await sessions.endAll('NODE_LOST')
      stopping.abort()
      await Promise.all(links)
    },
  }
}

const streamOn = (link: LiveLink, stream: number): SessionStream => ({
  opened: (told) => link.say({ kind: 'opened', stream, ...told }),
  output: (offset, bytes) => link.send({ type: 'output', stream, offset, bytes }),
  inputTaken: (offset) => link.send({ type: 'input-ack', stream, offset }),
  exited: (exit) => link.say({ kind: 'exited', stream, ...exit }),
  hasRoom: link.hasRoom,
})

/** False for what no gateway sends. */
const give = ({ session, stream }: Streamed, frame: LinkFrame): boolean => {
  if (!session.hears(stream)) return true
  switch (frame.type) {
    case 'input':
      return session.input(stream, frame.bytes)
    case 'ack':
      session.acknowledge(stream, frame.offset)
      return true
    case 'resize':
      session.resize(frame.size)
      return true
    case 'output':
    case 'input-ack':
      return false
  }
}
