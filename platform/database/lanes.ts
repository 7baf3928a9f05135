import type { PoolClient } from 'pg'
import { requestCancel } from './cancel-request.ts'
import type { Fate } from './connection-fate.ts'

/** How many statements one connection carries at once. */
const DEPTH = 16
/**
 * Nothing is put behind a statement that has been at work for this long: a slow one delays few, and those briefly. One
 * that nobody waits for any more is ended after as long: most are done by then, and ending one costs a connection.
 */
const PATIENCE_MS = 5

/** What the connection says of a statement that it is done with. */
interface Standing {
  /** It was at work, and did not merely wait behind another one. */
  readonly wasAtWork: boolean
  /** Another one on its connection was being ended: an end that it was told of may have been meant for that. */
  readonly isBystander: boolean
}

/** Sends one statement; `answered` is called once, when the connection is done with it. */
export type Send = (client: PoolClient, answered: (fate: Fate) => Standing) => void

export interface Statement {
  readonly send: Send
  readonly fail: (error: unknown) => void
}

/** A connection that the statements of several callers share, answered in the order in which they were sent. */
interface Lane {
  client: PoolClient | undefined
  /** Until the connection is there, and has answered what it was sent. */
  readonly waiting: Statement[]
  /** The first is at work. */
  readonly sent: Statement[]
  /** What was sent is on its way: nothing can join its packet any more. */
  isUnderway: boolean
  /** Of those sent, the ones that nobody waits for any more. */
  readonly abandoned: Set<Statement>
  /** The last of those that was going to be ended: it is asked for once, however many leave at once. */
  attended: Statement | undefined
  /** When the statement that is at work now came first; milliseconds. */
  since: number
  fate: Fate
  isEnding: boolean
}

export interface LanesOptions {
  readonly connect: () => Promise<PoolClient>
  /** True when somebody waits for a connection, and all are taken: lanes then take nothing more, and end. */
  readonly isContended: () => boolean
}

export interface Lanes {
  /** Gives the statement to a connection that is open and not busy for long, else to another. */
  readonly carry: (statement: Statement) => void
  /**
   * Nobody waits for the statement any more: it is not sent, or ended at the server where it works for long. Others on
   * its connection may be told that they were ended as well (`isBystander`); after them the connection is given up.
   */
  readonly abandon: (statement: Statement, reason: Error) => void
}

/** Ends what has been at work for too long, when it is still the one. */
const attend = (lane: Lane): void => {
  const [first] = lane.sent
  if (first === undefined || lane.attended === first || !lane.abandoned.has(first)) return
  lane.attended = first
  setTimeout(() => {
    if (lane.sent[0] !== first || lane.client === undefined) return
    // Whatever the request meets in the end, nobody gets this connection after those who have it.
    if (lane.fate === 'sound') lane.fate = 'unusable'
    lane.isEnding = true
    requestCancel(lane.client)
  }, PATIENCE_MS)
}

/**
 * Statements that come together go to the server together: a few connections carry them, in one packet each, where
 * every caller with a connection of its own costs a packet, a wake-up and an answer for each statement. What comes while
 * a packet is underway waits for its answers, and makes the next one: the server would not begin with it earlier, and
 * under load there are fewer packets, as with Nagle's algorithm (RFC 896). A lane holds its connection while it carries
 * anything, and gives it back to the pool then.
 */
export const createLanes = ({ connect, isContended }: LanesOptions): Lanes => {
  const lanes = new Set<Lane>()

  const giveBack = (lane: Lane, client: PoolClient): void => {
    lanes.delete(lane)
    client.release(lane.fate !== 'sound')
  }

  /** All that was sent is answered. */
  const goOn = (lane: Lane, client: PoolClient): void => {
    const next = lane.waiting.splice(0)
    if (lane.fate === 'sound' && next.length > 0) {
      lane.isUnderway = false
      load(lane, client, next)
      return
    }
    giveBack(lane, client)
    next.forEach(carry)
  }

  const unload = (lane: Lane, client: PoolClient, statement: Statement): void => {
    const place = lane.sent.indexOf(statement)
    if (place < 0) return // the driver answered, and threw as well
    lane.sent.splice(place, 1)
    lane.since = performance.now()
    if (lane.sent.length === 0) goOn(lane, client)
    else if (lane.abandoned.size > 0) attend(lane)
  }

  const send = (lane: Lane, client: PoolClient, statement: Statement): void => {
    statement.send(client, (fate) => {
      const wasAtWork = lane.fate !== 'lost' // the first to hear of the loss is the first in the queue
      if (fate !== 'sound') lane.fate = fate
      const isBystander = !lane.abandoned.delete(statement) && lane.isEnding
      unload(lane, client, statement)
      return { wasAtWork, isBystander }
    })
  }

  /** What comes in this turn of the event loop goes by the same packet (`PacketSocket`). */
  const load = (lane: Lane, client: PoolClient, statements: readonly Statement[]): void => {
    if (lane.sent.length === 0) {
      setImmediate(() => {
        lane.isUnderway = lane.sent.length > 0
      })
    }
    lane.sent.push(...statements)
    for (const statement of statements) {
      try {
        send(lane, client, statement)
      } catch (error) {
        statement.fail(error)
        unload(lane, client, statement)
      }
    }
  }

  const open = (): Lane => {
    const lane: Lane = {
      client: undefined,
      waiting: [],
      sent: [],
      isUnderway: false,
      abandoned: new Set(),
      attended: undefined,
      since: 0,
      fate: 'sound',
      isEnding: false,
    }
    lanes.add(lane)
    connect().then(
      (client) => {
        lane.client = client
        lane.since = performance.now()
        goOn(lane, client)
      },
      (error: unknown) => {
        lanes.delete(lane)
        for (const { fail } of lane.waiting) fail(error)
      },
    )
    return lane
  }

  const isOpen = ({ client, waiting, sent, since, fate }: Lane): boolean => {
    if (fate !== 'sound' || waiting.length + sent.length >= DEPTH) return false
    return client === undefined || (performance.now() - since < PATIENCE_MS && !isContended())
  }

  const carry = (statement: Statement): void => {
    const lane = lanes.values().find(isOpen) ?? open()
    if (lane.client === undefined || lane.isUnderway) lane.waiting.push(statement)
    else load(lane, lane.client, [statement])
  }

  return {
    carry,
    abandon: (statement, reason) => {
      for (const lane of lanes) {
        const place = lane.waiting.indexOf(statement)
        if (place >= 0) {
          lane.waiting.splice(place, 1)
          statement.fail(reason)
          return
        }
        if (!lane.sent.includes(statement)) continue
        lane.abandoned.add(statement)
        attend(lane)
        return
      }
    },
  }
}
