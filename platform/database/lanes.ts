import type { PoolClient } from 'pg'
import type { Fate } from './connection-fate.ts'

/** How many statements one connection carries at once. */
const DEPTH = 16
/** Nothing is put behind a statement that has been at work for this long: a slow one delays few, and those briefly. */
const PATIENCE_MS = 5

/**
 * Sends one statement; `answered` is called once, when the connection is done with it. It tells whether the statement
 * was at work, and did not merely wait behind another one.
 */
export type Send = (client: PoolClient, answered: (fate: Fate) => { readonly wasAtWork: boolean }) => void

interface Statement {
  readonly send: Send
  readonly fail: (error: unknown) => void
}

/** A connection that the statements of several callers share, answered in the order in which they were sent. */
interface Lane {
  client: PoolClient | undefined
  /** Until the connection is there. */
  readonly waiting: Statement[]
  /** Sent or waiting. */
  carried: number
  /** When the statement that is at work now came first; milliseconds. */
  since: number
  fate: Fate
}

export interface LanesOptions {
  readonly connect: () => Promise<PoolClient>
  /** True when somebody waits for a connection, and all are taken: lanes then take nothing more, and end. */
  readonly isContended: () => boolean
}

export interface Lanes {
  /** Gives the statement to a connection that is open and not busy for long, else to another. */
  readonly carry: (statement: Statement) => void
}

/**
 * Statements that come together go to the server together: a few connections carry them, in one packet each, where
 * every caller with a connection of its own costs a packet, a wake-up and an answer for each statement. A lane holds its
 * connection while it carries anything, and gives it back to the pool then.
 */
export const createLanes = ({ connect, isContended }: LanesOptions): Lanes => {
  const lanes = new Set<Lane>()

  const unload = (lane: Lane, client: PoolClient): void => {
    lane.carried -= 1
    lane.since = performance.now()
    if (lane.carried > 0) return
    lanes.delete(lane)
    client.release(lane.fate !== 'sound')
  }

  const load = (lane: Lane, client: PoolClient, { send, fail }: Statement): void => {
    try {
      send(client, (fate) => {
        const wasAtWork = lane.fate !== 'lost' // the first to hear of the loss is the first in the queue
        if (fate !== 'sound') lane.fate = fate
        unload(lane, client)
        return { wasAtWork }
      })
    } catch (error) {
      fail(error)
      unload(lane, client)
    }
  }

  const open = (): Lane => {
    const lane: Lane = { client: undefined, waiting: [], carried: 0, since: 0, fate: 'sound' }
    lanes.add(lane)
    connect().then(
      (client) => {
        lane.client = client
        lane.since = performance.now()
        for (const statement of lane.waiting.splice(0)) load(lane, client, statement)
      },
      (error: unknown) => {
        lanes.delete(lane)
        for (const { fail } of lane.waiting) fail(error)
      },
    )
    return lane
  }

  const isOpen = ({ client, carried, since, fate }: Lane): boolean => {
    if (fate !== 'sound' || carried >= DEPTH) return false
    return client === undefined || (performance.now() - since < PATIENCE_MS && !isContended())
  }

  return {
    carry: (statement) => {
      const lane = lanes.values().find(isOpen) ?? open()
      lane.carried += 1
      if (lane.client === undefined) lane.waiting.push(statement)
      else load(lane, lane.client, statement)
    },
  }
}
