import type { Child } from '../child.ts'

export interface HiveOptions {
  readonly planner: 'js' | 'rust'
  readonly supergraph: string
  readonly directory: string
  readonly cpus: string | undefined
}

/** Hive Gateway as its command line starts it, without deduplication in flight; or why it cannot be had. */
export const startHive = (options: HiveOptions): Promise<Child | string> =>
  Promise.resolve(`not yet ${options.planner}`)
