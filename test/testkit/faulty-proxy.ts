import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Passes TCP connections on, and breaks them as networks do. */
export interface FaultyProxy {
  readonly url: string
  /** Where new connections go; several take turns. One that nobody listens at is passed over. */
  readonly lead: (targets: readonly string[]) => void
  /** Resets every connection. */
  readonly cut: () => void
  /** Half-open: what is open stays open, and nothing passes any more, not even an end. New connections are well. */
  readonly freeze: () => void
  /** The network is slow: nothing more reaches those who are connected now, until what this gives is called. */
  readonly stall: () => () => void
  /** WebSockets are answered 403 from now on, as by a proxy that does not know them. */
  readonly refuseWebSockets: (refuse: 'refuse' | 'allow') => void
  /** Connections open now, the frozen ones included. */
  readonly count: () => number
  readonly close: () => Promise<void>
}

interface Pair {
  readonly inner: Socket
  readonly outer: Socket
}

const dial = async (target: string): Promise<Socket | undefined> => {
  const { hostname, port } = new URL(target)
  const socket = connect({ host: hostname, port: Number(port) })
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.on('error', () => undefined)
  return isThere ? socket : undefined
}

export const startFaultyProxy = async (first: readonly string[]): Promise<FaultyProxy> => {
  let targets = first
  let turn = 0
  let webSockets: 'refuse' | 'allow' = 'allow'
  const pairs = new Set<Pair>()
  const outers = new Set<Socket>()

  const dialNext = async (): Promise<Socket | undefined> => {
    turn += 1
    const inTurn = targets.map((_, index) => targets[(turn + index) % targets.length] ?? '')
    for (const target of inTurn) {
      const inner = await dial(target)
      if (inner) return inner
    }
    return undefined
  }

  const join = (outer: Socket, inner: Socket, head: Buffer): void => {
    const pair = { inner, outer }
    pairs.add(pair)
    inner.write(head)
    outer.pipe(inner)
    inner.pipe(outer)
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      one.once('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
  }

  const server = createServer((outer) => {
    outers.add(outer)
    outer.on('error', () => undefined)
    outer.once('close', () => outers.delete(outer))
    outer.once('data', (head: Buffer) => {
      outer.pause()
      if (webSockets === 'refuse' && /^upgrade: *websocket/im.test(head.toString('latin1'))) {
        outer.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
        return
      }
      void dialNext().then((inner) => (inner ? join(outer, inner, head) : outer.destroy()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a server that listens on a port has one

  const cut = (): void => {
    for (const { inner, outer } of pairs) {
      inner.destroy()
      outer.resetAndDestroy()
    }
  }
  return {
    url: `http://127.0.0.1:${port.toString()}`,
    lead: (next) => {
      targets = next
    },
    cut,
    freeze: () => {
      for (const { inner, outer } of pairs) {
        outer.unpipe(inner)
        inner.unpipe(outer)
        inner.removeAllListeners('close')
        outer.removeAllListeners('close')
        outer.once('close', () => outers.delete(outer))
      }
    },
    stall: () => {
      const held = [...pairs]
      for (const { inner } of held) inner.pause()
      return () => {
        for (const { inner } of held) inner.resume()
      }
    },
    refuseWebSockets: (refuse) => {
      webSockets = refuse
    },
    count: () => pairs.size,
    close: async () => {
      cut()
      for (const outer of outers) outer.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
