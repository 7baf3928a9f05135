import type { Limits } from '../operation/limits.ts'
import { createPlaces } from './places.ts'

/** What lasts: a WebSocket, or a response that streams. */
export interface LongConnection {
  /** Looks whether the client is still there, and keeps proxies from closing what is silent. */
  readonly check: () => void
  /** The process ends: this connection is closed within so many milliseconds, and takes no new operations. */
  readonly warn: (withinMs: number) => void
  /** Closed in a way that tells the client to come back elsewhere. */
  readonly restart: () => void
  /** At once. */
  readonly cut: () => void
}

export interface ConnectionsOptions {
  readonly limits: Limits
  readonly pingMs: number
  /** Over how long the closes of a process that ends are spread. */
  readonly drainWindowMs: number
}

/** Checks come in so many portions of one period: ten thousand pings at once would hold up everything else. */
const PORTIONS = 24

/** Every connection that lasts, whatever protocol it speaks: how many there may be, and how they end together. */
export const createConnections = ({ limits, pingMs, drainWindowMs }: ConnectionsOptions) => {
  const portions = Array.from({ length: PORTIONS }, () => new Set<LongConnection>())
  const principals = createPlaces(limits.maxConnectionsPerPrincipal)
  const addresses = createPlaces(limits.maxConnectionsPerAddress)
  const emptied: (() => void)[] = []
  let count = 0
  let added = 0
  let turn = 0
  let isDraining = false

  const timer = setInterval(() => {
    turn = (turn + 1) % PORTIONS
    for (const connection of portions[turn] ?? []) connection.check()
  }, pingMs / PORTIONS)
  timer.unref()

  const all = (): readonly LongConnection[] => portions.flatMap((portion) => [...portion])

  const drain = async (graceMs: number): Promise<void> => {
    isDraining = true
    clearInterval(timer)
    const open = all()
    const windowMs = Math.min(drainWindowMs, graceMs / 2)
    for (const connection of open) connection.warn(windowMs)
    const closes = open.map((connection, index) =>
      setTimeout(() => connection.restart(), (windowMs * index) / open.length),
    )
    if (count > 0)
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          for (const connection of all()) connection.cut()
          resolve()
        }, graceMs)
        emptied.push(() => {
          clearTimeout(cut)
          resolve()
        })
      })
    for (const close of closes) clearTimeout(close)
  }

  return {
    principals,
    addresses,
    isDraining: () => isDraining,
    isFull: () => count >= limits.maxConnections,
    count: () => count,
    /** Gives what removes it again, once. */
    add: (connection: LongConnection): (() => void) => {
      const portion = portions[added++ % PORTIONS]
      portion?.add(connection)
      count++
      return () => {
        if (!portion?.delete(connection)) return
        count--
        if (count === 0) for (const resolve of emptied.splice(0)) resolve()
      }
    },
    /** Takes no more, tells everybody, closes one after the other over the window, and cuts what is left after the grace. */
    drain,
  }
}

export type Connections = ReturnType<typeof createConnections>
