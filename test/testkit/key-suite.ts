import { describe, expect, test } from '@jest/globals'
import { codesOf, demoCallers, mutationOf, OWNER, READ, textIn } from './demo-callers.ts'
import { eventually } from './eventually.ts'
import { sampleMutations, type Place } from './mutations.ts'
import { ask, type Product } from './product.ts'
import { connectSocket, openSocket } from './raw-socket.ts'
import { until } from './until.ts'
import { PLANNING, TELESCOPE, VISION } from '../e2e/demo-ids.ts'
import { SERVICE_ACCOUNT_CAPABILITIES } from '../../directives/capabilities.ts'
import { newApiKeySecret, parseApiKey, printApiKey } from '../../platform/access/api-key.ts'
import * as demo from '../../server/demo/tenants.ts'

const ROTATE = mutationOf('rotateApiKey', 'secret')
const REVOKE = mutationOf('revokeApiKey', 'apiKey { id }')

/** What API keys open and do not, at every gateway of a whole product. */
export const keySuite = (product: () => Product): void => {
  const { gatewayOf, sensitive, makeKey, read, answersOf } = demoCallers(product)

  describe('an API key', () => {
    test('R19: works at every gateway, next to its successor while both overlap, and at none once revoked', async () => {
      const key = await makeKey()
      expect(await answersOf(key.secret)).toEqual(['ok', 'ok'])
      const rotated = await sensitive(OWNER, ROTATE, { apiKeyId: key.keyId, overlapSeconds: 3600 })
      const successor = textIn(rotated, 'secret')
      expect([await answersOf(key.secret), await answersOf(successor)]).toEqual([
        ['ok', 'ok'],
        ['ok', 'ok'],
      ])
      await sensitive(OWNER, REVOKE, { apiKeyId: key.keyId })
      await until('both gateways refuse the revoked key', async () => {
        const answers = await Promise.all([read(key.secret), read(key.secret, VISION, 1)])
        return answers.every(({ status, data }) => status === 401 && data === undefined)
      })
      expect(await answersOf(successor)).toEqual(['ok', 'ok'])
    })

    test('R16: reaches its own project, and of another, and of people, nothing', async () => {
      const { secret } = await makeKey()
      for (const foreign of [PLANNING, TELESCOPE]) {
        expect(codesOf(await read(secret, foreign))).toEqual(['PROJECT_ACCESS_DENIED'])
      }
      const viewer = await ask(gatewayOf(0), '{ viewer { email } }', { token: secret })
      expect(codesOf(viewer)).toEqual(['SELF_ACCESS_DENIED'])
    })

    test('has the capabilities that were chosen at its creation and no other', async () => {
      const { secret } = await makeKey(VISION, { capabilities: ['PROJECT_READ', 'APP_RELEASE_DEPLOY'] })
      const query = 'query ($id: ID!) { project(id: $id) { name buckets { edges { cursor } } } }'
      const answer = await ask(gatewayOf(0), query, { variables: { id: VISION }, token: secret })
      expect(answer.data).toEqual({ project: { name: 'Vision', buckets: null } })
      expect(codesOf(answer)).toEqual(['CAPABILITY_REQUIRED'])
    })

    test('R17: is refused as soon as its account is suspended, though it was just let in, and works again after', async () => {
      const key = await makeKey()
      expect(await answersOf(key.secret)).toEqual(['ok', 'ok'])
      const input = { serviceAccountId: key.accountId }
      await sensitive(OWNER, mutationOf('suspendServiceAccount', 'serviceAccount { id }'), input)
      await eventually(async () => expect(await answersOf(key.secret)).toEqual(['ACTOR_DISABLED', 'ACTOR_DISABLED']))
      await sensitive(OWNER, mutationOf('resumeServiceAccount', 'serviceAccount { id }'), input)
      await eventually(async () => expect(await answersOf(key.secret)).toEqual(['ok', 'ok']))
      await sensitive(OWNER, mutationOf('deleteServiceAccount', 'deletedServiceAccountId'), input)
      await eventually(async () => expect(await answersOf(key.secret)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']))
    })

    test('R19: opens a WebSocket, which closes when the key is revoked; a bad one opens none', async () => {
      const key = await makeKey()
      const socket = await connectSocket(gatewayOf(1), { authorization: `Bearer ${key.secret}` })
      socket.send({ id: '1', type: 'subscribe', payload: { query: READ, variables: { id: VISION } } })
      expect(await socket.message(1)).toMatchObject({
        type: 'next',
        payload: { data: { project: { name: 'Vision' } } },
      })
      await sensitive(OWNER, REVOKE, { apiKeyId: key.keyId })
      expect((await socket.closed()).code).toBe(4403)
      const refused = await openSocket(gatewayOf(1))
      refused.send({ type: 'connection_init', payload: { authorization: `Bearer ${key.secret}` } })
      expect((await refused.closed()).code).toBe(4403)
    })

    test('R18: every mutation is denied to a wrong, revoked or expired key and to one of another project', async () => {
      const mutations = sampleMutations()
      expect(mutations.length).toBeGreaterThan(20)
      const expiring = await makeKey(PLANNING, { expiresAt: new Date(Date.now() + 2_000).toISOString() })
      const [right, foreign, revoked] = [await makeKey(PLANNING), await makeKey(TELESCOPE), await makeKey(PLANNING)]
      await sensitive(OWNER, REVOKE, { apiKeyId: revoked.keyId })
      const parts = parseApiKey(right.secret)
      if (parts === undefined) throw new Error('what was shown is a key')
      const wrong = printApiKey({ ...parts, secret: newApiKeySecret() })
      for (const secret of [revoked.secret, expiring.secret]) {
        await until('a key that ended is refused', async () => (await read(secret)).status === 401)
      }
      const place: Place = {
        organization: demo.northwind.id,
        project: demo.planning.id,
        user: demo.userOf('viewer@northwind.example').id,
      }

      for (const { name, rule, document, variables } of mutations) {
        const use = (token: string) => ask(gatewayOf(0), document, { variables: variables(place), token })
        for (const secret of [revoked.secret, expiring.secret, wrong]) {
          const { status, data, errors } = await use(secret)
          expect([name, status, data, errors[0]?.extensions.code]).toEqual([name, 401, undefined, 'UNAUTHENTICATED'])
        }
        const [scope] = rule.scopes
        const denial = {
          organization: 'ORGANIZATION',
          self: 'SELF',
          platform: 'PLATFORM',
          project: 'PROJECT',
          public: '',
        }
        const stranger = `${denial[scope?.kind ?? 'public']}_ACCESS_DENIED`
        expect([name, codesOf(await use(foreign.secret))]).toEqual([name, [stranger]])

        const codes = codesOf(await use(right.secret))
        const mayHave = scope?.kind === 'project' && SERVICE_ACCOUNT_CAPABILITIES.has(scope.capability as never)
        // What the mutation itself then says of things that do not exist is its own matter.
        if (mayHave) expect([name, codes.filter((code) => !code.startsWith('INVALID_'))]).toEqual([name, []])
        else expect([name, codes]).toEqual([name, [scope?.kind === 'project' ? 'CAPABILITY_REQUIRED' : stranger]])
      }
    }, 120_000)
  })
}
