/** As much of autocannon as the bench uses; the package comes without types. */
declare module 'autocannon' {
  interface Options {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
    readonly connections: number
    /** Seconds; or how many requests, by `amount`. */
    readonly duration?: number
    readonly amount?: number
    /** Falsy for an answer that is not as it should be: counted in `mismatches`. */
    readonly verifyBody: (body: string) => boolean
  }

  interface Result {
    /** Seconds. */
    readonly duration: number
    readonly '2xx': number
    readonly non2xx: number
    readonly errors: number
    readonly timeouts: number
    readonly mismatches: number
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number }
  }

  interface Instance extends Promise<Result> {
    readonly stop: () => void
  }

  export default function autocannon(options: Options): Instance
}
