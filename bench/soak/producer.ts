import { setTimeout as pause } from 'node:timers/promises'
import { createGraphClient, GraphError } from '../../client/index.js'
import type { GraphClientOptions } from '../../client/types.d.ts'
import { VISION } from '../../test/e2e/demo-ids.ts'

/** Has allocations made and released, so that people are told. */
export interface Producer {
  /** Allocations of which an answer said that they were released. */
  readonly released: ReadonlySet<string>
  /** Calls that ended in an error: what they did is not known. */
  readonly failed: () => number
  /** Rejects where it ended by a fault of its own. */
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

const HELD = `query ($project: ID!) {
  project(id: $project) { allocations(first: 50) { edges { node { id name } } } }
}`

interface Made {
  readonly createAllocation: { readonly allocation: { readonly id: string } | null } | null
}
interface Released {
  readonly releaseAllocation: {
    readonly allocation: { readonly id: string } | null
    readonly userErrors: readonly { readonly code: string }[]
  } | null
}
interface Held {
  readonly project: {
    readonly allocations: { readonly edges: readonly Edge[] } | null
  } | null
}
interface Edge {
  readonly node: { readonly id: string; readonly name: string }
}

const AFTER_A_FAILURE_MS = 200
/** A connection that was left half open answers nobody. */
const ANSWER_MS = 4_000

export const startProducer = (options: GraphClientOptions, name: string, perSecond: number): Producer => {
  const client = createGraphClient({ ...options, requestTimeoutMs: ANSWER_MS })
  const released = new Set<string>()
  let failed = 0
  let isStopped = false

  const release = async (id: string): Promise<void> => {
    // One that was not released stays: until an answer says so, it is asked for again. Releasing is idempotent.
    while (!isStopped) {
      const answer = await client.mutate<Released>(RELEASE, { variables: { id } }).catch(refused)
      const { allocation, userErrors = [] } = answer?.data.releaseAllocation ?? {}
      if (allocation) released.add(id)
      // What the graph refuses for a reason of its own, it refuses again: it failed before, and holds nothing.
      if (allocation || userErrors.length > 0) return
      await pause(AFTER_A_FAILURE_MS)
    }
  }

  /** An answer that was lost may have left an allocation behind, and there are few slots. */
  const releaseWhatIsHeld = async (): Promise<void> => {
    const { data } = await client.query<Held>(HELD, { variables: { project: VISION } })
    for (const { node } of data.project?.allocations?.edges ?? [])
      if (node.name.startsWith(`${name}-`) && !released.has(node.id)) await release(node.id)
  }

  const once = async (count: number): Promise<void> => {
    const variables = { project: VISION, name: `${name}-${count.toString()}` }
    const made = await client.mutate<Made>(CREATE, { variables })
    const id = made.data.createAllocation?.allocation?.id
    if (id !== undefined) return release(id)
    failed += 1
    await releaseWhatIsHeld()
    await pause(AFTER_A_FAILURE_MS)
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
  running.catch(() => undefined) // told by `stop`
  return {
    released,
    failed: () => failed,
    stop: async () => {
      isStopped = true
      await running.finally(() => client.close())
    },
  }
}
