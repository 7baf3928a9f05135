import { setTimeout as pause } from 'node:timers/promises'
import { createGraphClient, GraphError } from '../../client/index.js'
import type { GraphClientOptions } from '../../client/types.d.ts'
import { VISION } from '../../test/e2e/demo-ids.ts'

/** Has allocations made and released, so that people are told. */
export interface Producer {
  /** Allocations of which an answer said that they were released. */
  readonly released: readonly string[]
  /** Calls that ended in an error: what they did is not known. */
  readonly failed: () => number
  readonly stop: () => Promise<void>
}

const CREATE = `mutation ($project: ID!, $name: String!) {
  createAllocation(input: { projectId: $project, name: $name, skuCode: "l40s-1" }) {
    allocation { id } userErrors { code }
  }
}`
const RELEASE = `mutation ($id: ID!) {
  releaseAllocation(input: { allocationId: $id }) { allocation { id } userErrors { code } }
}`

interface Made {
  readonly createAllocation: { readonly allocation: { readonly id: string } | null } | null
}
interface Released {
  readonly releaseAllocation: { readonly allocation: { readonly id: string } | null } | null
}

const AFTER_A_FAILURE_MS = 200

export const startProducer = (options: GraphClientOptions, name: string, perSecond: number): Producer => {
  const client = createGraphClient({ ...options, requestTimeoutMs: 10_000 })
  const released: string[] = []
  let failed = 0
  let isStopped = false

  const once = async (count: number): Promise<void> => {
    const variables = { project: VISION, name: `${name}-${count.toString()}` }
    const made = await client.mutate<Made>(CREATE, { variables })
    const id = made.data.createAllocation?.allocation?.id
    if (id === undefined) {
      failed += 1
      await pause(AFTER_A_FAILURE_MS)
      return
    }
    // One that was not released stays: until an answer says so, it is asked for again. Releasing is idempotent.
    for (let isReleased = false; !isReleased && !isStopped;) {
      const answer = await client.mutate<Released>(RELEASE, { variables: { id } }).catch(refused)
      isReleased = answer?.data.releaseAllocation?.allocation?.id !== undefined
      if (isReleased) released.push(id)
      else await pause(AFTER_A_FAILURE_MS)
    }
  }
  const refused = (error: unknown): undefined => {
    if (!(error instanceof GraphError)) throw error
    failed += 1
    return undefined
  }
  const run = async (): Promise<void> => {
    for (let count = 1; !isStopped; count += 1) {
      const begun = performance.now()
      await once(count).catch(async (error: unknown) => {
        refused(error)
        await pause(AFTER_A_FAILURE_MS)
      })
      await pause(Math.max(0, 1000 / perSecond - (performance.now() - begun)))
    }
  }
  const running = run()
  return {
    released,
    failed: () => failed,
    stop: async () => {
      isStopped = true
      await running
      await client.close()
    },
  }
}
