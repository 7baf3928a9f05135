import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { NO_GRANTS } from '../../platform/access/grants.ts'
import { PRINCIPAL_HEADER } from '../../platform/access/internal-token.ts'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import { TIMEOUT_HEADER } from '../../platform/graphql/timeout-header.ts'
import type { OperationContext } from '../../platform/subgraph/module.ts'
import { startBareSubgraph, type BareSubgraph } from '../../test/testkit/bare-subgraph.ts'
import { until } from '../../test/testkit/until.ts'

/** Why each operation was given up, as its resolver heard. */
const ends: unknown[] = []
let under = 0

/** Works until nobody waits for it. */
const slow = (_: unknown, __: unknown, { cancellation: { signal } }: OperationContext): Promise<string> =>
  new Promise((resolve) => {
    under++
    signal.addEventListener('abort', () => {
      ends.push(signal.reason instanceof CataloguedError ? signal.reason.code : signal.reason)
      resolve('too late')
    })
  })

let subgraph: BareSubgraph
beforeAll(async () => {
  subgraph = await startBareSubgraph({
    sdl: 'type Query { slow: String @public(reason: "takes long for the test") }',
    resolvers: { Query: { slow } },
    holds: [[ANONYMOUS, NO_GRANTS]],
  })
})
afterAll(() => subgraph.stop())

const ask = async (headers: Readonly<Record<string, string>>, signal?: AbortSignal) =>
  fetch(`${subgraph.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [PRINCIPAL_HEADER]: await subgraph.signer.sign(ANONYMOUS, 'storage'),
      ...headers,
    },
    body: JSON.stringify({ query: '{ slow }' }),
    ...(signal && { signal }),
  })

test('a subgraph stops what its caller has waited for as long as it said', async () => {
  await (await ask({ [TIMEOUT_HEADER]: '100' })).text()
  expect(ends).toEqual(['REQUEST_TIMEOUT'])
})

test('a subgraph stops what its caller has left', async () => {
  const leaving = new AbortController()
  const before = under
  const asked = ask({ [TIMEOUT_HEADER]: 'soon' }, leaving.signal).catch(() => undefined)
  await until('the operation is under way', () => under > before)
  leaving.abort()
  await asked
  await until('its resolver has heard of it', () => ends.length === 2)
  expect(ends[1]).toBe('REQUEST_CANCELLED')
})
