import type { Asked } from './load.ts'
import { vision, northwind } from '../server/demo/tenants.ts'
import { DASHBOARD } from '../server/welcome.ts'
import { selfId } from '../platform/ids/id.ts'

export const OPERATION_NAMES = ['one-subgraph', 'dashboard', 'wide'] as const
export type OperationName = (typeof OPERATION_NAMES)[number]

export interface BenchOperation extends Asked {
  readonly name: OperationName
  readonly about: string
}

const project = selfId('prj', vision.id).text
const organization = selfId('org', northwind.id).text

const ONE_SUBGRAPH = `query OneSubgraph($project: ID!) {
  project(id: $project) { id slug name createdAt department { name } organization { name } }
}`

const WIDE = `query Wide($organization: ID!) {
  viewer { displayName email }
  organization(id: $organization) {
    name
    projects(first: 24) {
      edges {
        node {
          id slug name createdAt
          department { name }
          allocations(first: 8) {
            edges { node { id name state requestedAt activeAt sku { code name gpuModel gpuCount } region { code } } }
          }
          apps(first: 4) { edges { node { id name createdAt } } }
          buckets(first: 5) { edges { node { id name createdAt } } }
          charges(first: 8) {
            edges { node { id resourceId usedFrom usedTo amount { amountMicros currency } sku { code name } } }
          }
        }
      }
    }
  }
  notifications(first: 50) { edges { node { id title body createdAt project { name } } } }
}`

/** What is measured, smallest first. All ask as Northwind's owner. */
export const OPERATIONS: readonly BenchOperation[] = [
  {
    name: 'one-subgraph',
    about: 'a project with its department and organization: one fetch',
    query: ONE_SUBGRAPH,
    variables: { project },
    leastBytes: 100,
  },
  {
    name: 'dashboard',
    about: "the console's first page, as `npm start` prints it: six subgraphs, two hops",
    query: DASHBOARD,
    variables: { project },
    leastBytes: 500,
  },
  {
    name: 'wide',
    about:
      '24 projects with their allocations, apps, buckets and charges, and 50 notifications: six subgraphs, lists of entities',
    query: WIDE,
    variables: { organization },
    leastBytes: 100_000,
  },
]
