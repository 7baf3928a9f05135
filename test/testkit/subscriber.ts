import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { ask } from './product.ts'

/** A live subscription as a browser's client library holds it. */
export interface Subscriber<Data> {
  /** The data of every event so far. */
  readonly received: () => readonly Data[]
  readonly close: () => Promise<void>
}

/** Resolves when the server has acknowledged the connection and the operation is sent. */
export const subscribe = async <Data = Record<string, unknown>>(
  url: string,
  token: string,
  query: string,
): Promise<Subscriber<Data>> => {
  const received: Data[] = []
  const failures: unknown[] = []
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    onNonLazyError: (error) => failures.push(error),
  })
  await new Promise<void>((resolve, reject) => {
    client.on('connected', () => {
      resolve()
    })
    client.on('closed', (event) => {
      reject(new Error(`The WebSocket closed: ${JSON.stringify(event)}`))
    })
  })
  const unsubscribe = client.subscribe<Data>(
    { query },
    {
      next: ({ data, errors }) => {
        if (data) received.push(data)
        if (errors) failures.push(...errors)
      },
      error: (error) => failures.push(error),
      complete: () => undefined,
    },
  )
  return {
    received: () => {
      if (failures.length > 0) throw new Error(`The subscription failed: ${JSON.stringify(failures)}`)
      return received
    },
    close: async () => {
      unsubscribe()
      await client.dispose()
    },
  }
}

/**
 * Who is told from this moment on, whenever the stream itself begins: nothing in the protocol tells a client that it has
 * begun, so it goes on after the newest notification that there is.
 */
export const subscribeToNotifications = async <Data = Record<string, unknown>>(
  url: string,
  token: string,
  selection: string,
): Promise<Subscriber<Data>> => {
  const { data } = await ask<{ notifications: { edges: { node: { cursor: string } }[] } }>(url, NEWEST, { token })
  const cursor = data?.notifications.edges[0]?.node.cursor
  const after = cursor === undefined ? '' : `(after: ${JSON.stringify(cursor)})`
  return subscribe<Data>(url, token, `subscription { notifications${after} { ${selection} } }`)
}

const NEWEST = '{ notifications(first: 1) { edges { node { cursor } } } }'
