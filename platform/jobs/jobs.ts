/** A job reads its truth from product rows: its payload holds ids alone, and running it twice changes nothing (R77). */
export type JobHandler = (payload: Readonly<Record<string, string>>) => Promise<void>

/** Adds jobs outside a unit of work. Keys are deterministic, `<kind>:<target>`: the same work is queued once. */
export interface JobQueue {
  readonly add: (name: string, payload: Readonly<Record<string, string>>, options: { readonly key: string; readonly runAt?: Date }) => Promise<void>
}
