import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import { PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import type { Principal, UserPrincipal } from '../../platform/access/principal.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId } from '../../platform/ids/id.ts'
import { startBareSubgraph, type BareSubgraph } from '../../test/testkit/bare-subgraph.ts'

const SDL = `
  type Query { health: String @public(reason: "says only that it runs") }
  type Mutation {
    rekey(id: ID!): String
      @projectScoped(capability: STORAGE_BUCKET_CREATE, project: "id")
      @sensitive(maxAgeSeconds: 60)
      @audited(action: "storage.bucket.rekey")
  }
`
const [user, organizationId, project] = [systemIds.next(), systemIds.next(), systemIds.next()]
const held = (...capabilities: string[]): Grants => ({
  ...NO_GRANTS,
  userId: user,
  projects: new Map([[project, { organizationId, suspended: false, capabilities: new Set(capabilities) }]]),
})

const ada: UserPrincipal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'multi',
}
const robot: Principal = {
  kind: 'service-account',
  serviceAccountId: 'robot',
  apiKeyId: 'key-1',
  capabilities: ['STORAGE_BUCKET_CREATE'],
}
const weak: Principal = { ...robot, apiKeyId: 'key-2', capabilities: [] }

let subgraph: BareSubgraph
let ran: number
beforeEach(async () => {
  ran = 0
  subgraph = await startBareSubgraph({
    sdl: SDL,
    resolvers: { Query: { health: () => 'ok' }, Mutation: { rekey: () => `run ${String(++ran)}` } },
    holds: [ada, robot, weak].map((principal) => [principal, held('STORAGE_BUCKET_CREATE')] as const),
  })
})
afterEach(() => subgraph.stop())

const rekey = async (principal: Principal): Promise<unknown> => {
  const answer = await fetch(`${subgraph.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [PRINCIPAL_HEADER]: await subgraph.signer.sign(principal, 'storage'),
    },
    body: JSON.stringify({ query: `mutation { rekey(id: "${selfId('prj', project).text}") }` }),
  })
  // The shape of every GraphQL answer.
  const { errors } = (await answer.json()) as { errors?: { extensions: { code: string; maxAgeSeconds?: number } }[] }
  return errors?.map(({ extensions: { code, maxAgeSeconds } }) => ({ code, maxAgeSeconds }))
}

const secondsAgo = (seconds: number): Date => new Date(subgraph.clock.now().getTime() - seconds * 1000)
const STEP_UP = [{ code: 'MFA_REQUIRED', maxAgeSeconds: 60 }]

test('R23: a person needs a second factor that is fresh enough; the refusal says how fresh', async () => {
  expect(await rekey({ ...ada, authenticatedAt: secondsAgo(5) })).toBeUndefined()
  expect(await rekey({ ...ada, authenticatedAt: secondsAgo(62) })).toEqual(STEP_UP)
  expect(await rekey({ ...ada, authenticatedAt: secondsAgo(5), assurance: 'single' })).toEqual(STEP_UP)
  expect(await rekey(ada)).toEqual(STEP_UP)
  expect(ran).toBe(1)
})

test('R23: what was fresh grows stale while the token lives', async () => {
  const principal = { ...ada, authenticatedAt: secondsAgo(50) }
  expect(await rekey(principal)).toBeUndefined()
  subgraph.clock.advance(12)
  expect(await rekey(principal)).toEqual(STEP_UP)
})

test('R23: a key is no subject of a second factor, and still needs its capability', async () => {
  expect(await rekey(robot)).toBeUndefined()
  expect(await rekey(weak)).toMatchObject([{ code: 'CAPABILITY_REQUIRED' }])
  expect(ran).toBe(1)
})

test('is decided by grants that no cache holds, a lost message or not', async () => {
  const principal = { ...ada, authenticatedAt: secondsAgo(1) }
  expect(await rekey(principal)).toBeUndefined()
  subgraph.changeInSilence(ada, held())
  expect(await rekey(principal)).toMatchObject([{ code: 'CAPABILITY_REQUIRED' }])
  expect(ran).toBe(1)
})
