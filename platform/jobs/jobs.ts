/** A job reads its truth from product rows: its payload holds ids alone, and running it twice changes nothing (R77). */
export type JobHandler = (payload: JobPayload) => Promise<void>

/** Ids, by name. `correlationId`, `causationId` and `traceparent` are taken: they say who caused the job (`payload.ts`). */
export type JobPayload = Readonly<Record<string, string>>

/** Adds jobs outside a unit of work. Keys are deterministic, `<kind>:<target>`: the same work is queued once. */
export interface JobQueue {
  readonly add: (name: string, payload: JobPayload, options: JobOptions) => Promise<void>
}

export interface JobOptions {
  readonly key: string
  /** Now, unless given. */
  readonly runAt?: Date
  /** How often it is tried before it counts as failed for good; 25 (about three days) unless given. */
  readonly tries?: number
}
