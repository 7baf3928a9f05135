import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { Client } from 'pg'
import { startChild, type Child } from './child.ts'
import { answerOf } from './load.ts'
import type { BenchOperation } from './operations.ts'
import { readProfile, timeInside, type Span } from './profile.ts'
import { serverFlags } from '../bin/commands.mjs'
import { signIn } from '../identity/sign-in.ts'
import type { DatabasePlace } from '../platform/database/place.ts'
import { selfId } from '../platform/ids/id.ts'
import { DASHBOARD, DASHBOARD_VARIABLES } from '../server/welcome.ts'
import { vision } from '../server/demo/tenants.ts'

export interface AuthorizationShare {
  readonly operation: string
  readonly rows: number
  /** Microseconds that the server is at work for one operation. */
  readonly microseconds: number
  /** Those of them that the gateway spends deciding before anything is fetched. */
  readonly preflight: number
  /** Those that the subgraphs spend deciding again: on fields, and on each object that they return. */
  readonly again: number
  /** Of both. */
  readonly share: number
}

export interface ShareOptions {
  readonly place: DatabasePlace
  readonly secret: string
  readonly directory: string
  readonly requests: number
  readonly progress: (message: string) => void
}

const ROWS = `query Rows($project: ID!, $first: Int!) {
  project(id: $project) { allocations(first: $first) { edges { node { id name state } } } }
}`

const rowsOf = (first: number): BenchOperation => ({
  name: 'wide',
  about: `one project's allocations, ${String(first)} of them`,
  query: ROWS,
  variables: { project: selfId('prj', vision.id).text, first },
  leastBytes: first * 30,
})

const OPERATIONS: readonly { readonly name: string; readonly rows: number; readonly operation: BenchOperation }[] = [
  {
    name: 'dashboard',
    rows: 10,
    operation: {
      name: 'dashboard',
      about: 'six subgraphs',
      query: DASHBOARD,
      variables: DASHBOARD_VARIABLES,
      leastBytes: 500,
    },
  },
  { name: 'rows', rows: 1, operation: rowsOf(1) },
  { name: 'rows', rows: 100, operation: rowsOf(100) },
]

const PREFLIGHT = '/gateway/preflight/'
const DECIDES =
  /\/(gateway\/preflight\/|platform\/access\/(decide|decision-memo|access|authorize|requirement|scope-ids)\.ts|directives\/(verdict|scope-path)\.ts)/

const MANY = `insert into compute.allocations (org_id, project_id, id, name, sku_id, node_id, state, requested_at, placed_at, active_at, releasing_at, released_at)
  select org_id, project_id, uuidv7(interval '-1 day' + n * interval '1 second'), 'many-' || n, sku_id, node_id, state, requested_at, placed_at, active_at, releasing_at, released_at
  from compute.allocations, generate_series(1, 120) n where project_id = $1 and name = 'old-experiment'`

const addAllocations = async (ownerUrl: string): Promise<void> => {
  const client = new Client({ connectionString: ownerUrl, application_name: 'gpuaas-bench' })
  await client.connect()
  await client.query(MANY, [vision.id]).finally(() => client.end())
}

/** Asks so often, and ends the server. Resolves with when, in its profile, that was. */
const underLoad = async (server: Child, operation: BenchOperation, requests: number): Promise<Span> => {
  const load = async (): Promise<number> => {
    const url = server.urls.get('GPUaaS Graph') ?? ''
    const token = await signIn({ issuer: `${url}/identity`, email: 'owner@northwind.example', factors: 'single' })
    const target = { url: `${url}/graphql`, token }
    const { text } = await answerOf(target, operation)
    const { query, variables } = operation
    const begun = performance.now()
    const { '2xx': answered, mismatches } = await autocannon({
      url: target.url,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      connections: 8,
      amount: requests,
      verifyBody: (body) => body.length === text.length,
    })
    if (answered !== requests || mismatches > 0) throw new Error(`${operation.about}: not answered under load`)
    return performance.now() - begun
  }
  const length = await load().catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  const stopping = performance.now()
  await server.stop()
  return { length, beforeEnd: performance.now() - stopping }
}

/** Each operation in a server of its own, by the profile of the time under load. */
export const measureShares = async (options: ShareOptions): Promise<readonly AuthorizationShare[]> => {
  const { place, secret, directory, requests, progress } = options
  await addAllocations(place.ownerUrl)
  const shares: AuthorizationShare[] = []
  for (const { name, rows, operation } of OPERATIONS) {
    progress(`profiling ${name} of ${String(rows)} rows`)
    const profiles = join(directory, `profile-${name}-${String(rows)}`)
    await mkdir(profiles)
    const server = await startChild({
      program: 'server/main.ts',
      environment: {
        ...{ DATA_DIR: join(directory, 'process'), DATABASE_URL: place.ownerUrl, DATABASE_ROLE_SECRET: secret },
        PORT: '0',
      },
      addresses: 1,
      nodeFlags: [...serverFlags, '--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=200'],
    })
    const span = await underLoad(server, operation, requests)
    const profile = await readProfile(profiles)
    const busy = timeInside(profile, span, () => true)
    const preflight = timeInside(profile, span, (at) => at.includes(PREFLIGHT))
    const deciding = timeInside(profile, span, (at) => DECIDES.test(at))
    shares.push({
      operation: name,
      rows,
      microseconds: Math.round(busy / requests),
      preflight: Number((preflight / requests).toFixed(1)),
      again: Number(((deciding - preflight) / requests).toFixed(1)),
      share: Number((deciding / busy).toFixed(4)),
    })
  }
  return shares
}
