import { setTimeout as pause } from 'node:timers/promises'
import { createGraphClient, GraphError } from '../../client/index.js'
import type { GraphClientOptions } from '../../client/types.d.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'

/** What one reader was handed over, in order. */
export interface Follower {
  readonly email: DemoEmail
  /** Ids of notifications. */
  readonly received: readonly string[]
  readonly failures: readonly string[]
  readonly isOpen: () => boolean
  /** What was handed over until now counts no more. */
  readonly forget: () => void
  /** Its page is closed and opened again: a new client goes on after the last cursor. */
  readonly reload: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface FollowerOptions {
  readonly client: GraphClientOptions
  readonly email: DemoEmail
  /** `naive`: every connection begins anew, with what comes from then on. */
  readonly manner: 'resuming' | 'naive'
  /** How long it takes over each notification. */
  readonly slowMs: number
}

interface Told {
  readonly id: string
  readonly cursor: string
}

const NAIVE = 'subscription { notifications { id cursor } }'

export const startFollower = (options: FollowerOptions): Follower => {
  const received: string[] = []
  const failures: string[] = []
  let cursor: string | undefined
  let client = createGraphClient(options.client)

  const take = async (told: Told): Promise<void> => {
    received.push(told.id)
    cursor = told.cursor
    if (options.slowMs > 0) await pause(options.slowMs)
  }
  const read = async (): Promise<void> => {
    if (options.manner === 'naive') {
      // One that could not be completed in that moment comes as null, and who has no cursor never asks for it again.
      const events = client.subscribe<{ notifications: Told | null }>(NAIVE)
      await events.forEach(async ({ data }) => {
        if (data.notifications !== null) await take(data.notifications)
      })
      return
    }
    const notifications = client.notifications<{ readonly id: string }>({
      fields: 'id',
      maxBuffered: 50,
      ...(cursor !== undefined && { after: cursor }),
      onGap: ({ reason }) => failures.push(`gap: ${reason}`),
    })
    await notifications.forEach(take)
  }
  const open = (): Promise<void> =>
    read().catch((error: unknown) => {
      if (error instanceof GraphError && error.code === 'CANCELLED') return
      failures.push(error instanceof GraphError ? error.code : String(error))
    })
  let reading = open()

  const close = async (): Promise<void> => {
    await client.close()
    await reading
  }
  return {
    email: options.email,
    received,
    failures,
    isOpen: () => client.state.status === 'open',
    forget: () => {
      received.length = 0
    },
    reload: async () => {
      await close()
      client = createGraphClient(options.client)
      reading = open()
    },
    close,
  }
}
