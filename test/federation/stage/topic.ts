import type { Universe } from './universe.ts'

/** Operations over one small supergraph. */
export interface Topic {
  readonly name: string
  /** SDL by the name of the subgraph, without the federation link; `Query` may be left out of all but one. */
  readonly subgraphs: Readonly<Record<string, string>>
  /** Made anew for each run: mutations change it. */
  readonly universe: () => Universe
  /** Entities that a subgraph does not know, by their id. */
  readonly lacks?: Readonly<Record<string, readonly string[]>>
  readonly cases: readonly Case[]
}

export type Case = readonly [name: string, query: string, options?: CaseOptions]

/** What a planner is given: the documents of one operation. */
export const plannedOf = (cases: readonly Case[]): string[] =>
  cases.flatMap(([, query, options]) => (options?.operationName === undefined ? [query] : []))

export interface CaseOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  /** Which operation of the document is meant, where it has several. */
  readonly operationName?: string
  /** Which subgraphs are asked, in the order of their names: how often each. */
  readonly fetches?: Readonly<Record<string, number>>
}
