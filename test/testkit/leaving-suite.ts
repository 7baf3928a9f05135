import { expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import type { Client } from 'pg'
import { WebSocket } from 'ws'
import { eventually } from './eventually.ts'
import type { Product } from './product.ts'
import { VISION } from '../e2e/demo-ids.ts'

const OWNER = 'owner@northwind.example'
const BUCKETS = 'query ($project: ID!) { project(id: $project) { buckets(first: 1) { edges { node { name } } } } }'
const CREATE = `mutation ($project: ID!) {
  createBucket(input: { projectId: $project, name: "left-behind" }) { bucket { id } userErrors { code } }
}`

/** A client that leaves takes its statements with it, whichever way it came. `owner` is a connection above every policy. */
export const leavingSuite = (product: () => Product, owner: () => Promise<Client>): void => {
  const body = (query: string) => JSON.stringify({ query, variables: { project: VISION } })

  const post = async (query: string, signal?: AbortSignal) =>
    fetch(`${product().urls[0]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await product().tokenOf(OWNER)}` },
      body: body(query),
      ...(signal && { signal }),
    })

  /** While somebody else holds the table: what asks for it waits at the server until it is ended. */
  const whileLocked = async (mode: string, work: (waiting: (count: number) => Promise<void>) => Promise<void>) => {
    const [holder, watcher] = [await owner(), await owner()]
    const waiting = (count: number) =>
      eventually(async () => {
        const { rowCount } = await watcher.query(
          `select from pg_stat_activity where usename = 'gpuaas_storage' and datname = current_database() and wait_event_type = 'Lock'`,
        )
        expect(rowCount).toBe(count)
      })
    await holder.query(`begin; lock table storage.buckets in ${mode} mode`)
    try {
      await work(waiting)
    } finally {
      await holder.query('rollback')
    }
  }

  test('a query whose client leaves ends at the database, and the next one is answered', async () => {
    await whileLocked('access exclusive', async (waiting) => {
      const leaving = new AbortController()
      const left = post(BUCKETS, leaving.signal).catch((error: unknown) => error)
      await waiting(1)
      leaving.abort()
      await left
      await waiting(0)
    })
    expect(await (await post(BUCKETS)).json()).toMatchObject({ data: { project: { buckets: { edges: [{}] } } } })
  })

  test('a query over a WebSocket that is completed by its client ends at the database', async () => {
    const client = createClient({
      url: `${product().urls[0].replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${await product().tokenOf(OWNER)}` },
    })
    try {
      await whileLocked('access exclusive', async (waiting) => {
        const sink = { next: () => undefined, error: () => undefined, complete: () => undefined }
        const complete = client.subscribe({ query: BUCKETS, variables: { project: VISION } }, sink)
        await waiting(1)
        complete()
        await waiting(0)
      })
    } finally {
      await client.dispose()
    }
  })

  test('a mutation whose client leaves before its commit is undone as a whole', async () => {
    await whileLocked('share', async (waiting) => {
      const leaving = new AbortController()
      const left = post(CREATE, leaving.signal).catch((error: unknown) => error)
      await waiting(1)
      leaving.abort()
      await left
      await waiting(0)
    })
    const { rows } = await (
      await owner()
    ).query(
      `select (select count(*)::int from storage.buckets where name = 'left-behind') as buckets,
        (select count(*)::int from storage.audit_log where details ->> 'name' = 'left-behind') as audited`,
    )
    expect(rows).toEqual([{ buckets: 0, audited: 0 }])
    expect(await (await post(CREATE)).json()).toMatchObject({ data: { createBucket: { bucket: {}, userErrors: [] } } })
  })
}
