import { describe, expect, test } from '@jest/globals'
import { AURORA_OWNER, codesOf, CREATE_ACCOUNT, demoCallers, mutationOf, OPERATOR } from './demo-callers.ts'
import { eventually } from './eventually.ts'
import { ask, type Product } from './product.ts'
import { connectSocket } from './raw-socket.ts'
import { SURVEY, TELESCOPE } from '../e2e/demo-ids.ts'
import { selfId } from '../../platform/ids/id.ts'
import * as demo from '../../server/demo/tenants.ts'

/** People who lose what they had: at every gateway of a whole product, by the token they hold. */
export const revocationSuite = (product: () => Product): void => {
  const { gatewayOf, sensitive, makeKey, read } = demoCallers(product)

  describe('a person', () => {
    const userId = (email: Parameters<typeof demo.userOf>[0]) => selfId('usr', demo.userOf(email).id).text

    test('R8: who is disabled is denied queries, mutations and what they had open, whatever they own', async () => {
      const token = await product().tokenOf(AURORA_OWNER)
      const socket = await connectSocket(gatewayOf(1), { authorization: `Bearer ${token}` })
      socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { notifications { id } }' } })
      const input = { userId: userId(AURORA_OWNER), reason: 'The suite disables them' }
      await sensitive(OPERATOR, mutationOf('disableUser', 'user { userId }'), input)
      try {
        expect((await socket.closed()).code).toBe(4403)
        await eventually(async () => {
          for (const gateway of [0, 1]) {
            expect(codesOf(await read(token, TELESCOPE, gateway))).toEqual(['ACTOR_DISABLED'])
            const create = { projectId: TELESCOPE, name: 'Never' }
            const denied = await ask(gatewayOf(gateway), CREATE_ACCOUNT, { variables: { input: create }, token })
            expect(codesOf(denied)).toEqual(['ACTOR_DISABLED'])
          }
        })
      } finally {
        await sensitive(OPERATOR, mutationOf('enableUser', 'user { userId }'), input)
      }
      await eventually(async () => expect(codesOf(await read(token, TELESCOPE))).toEqual([]))
    })

    test('R9: who is removed is denied by the token they had, at every gateway', async () => {
      const email = 'developer@aurora.example'
      const token = await product().tokenOf(email)
      const project = SURVEY
      const allowed = { projectId: project, userId: userId(email) }
      await sensitive(AURORA_OWNER, mutationOf('addProjectMember', 'member { role }'), { ...allowed, role: 'VIEWER' })
      const seen = () => Promise.all([0, 1].map(async (gateway) => codesOf(await read(token, project, gateway))))
      await eventually(async () => expect(await seen()).toEqual([[], []]))
      await sensitive(AURORA_OWNER, mutationOf('removeProjectMember', 'removedUserId'), allowed)
      await eventually(async () => expect(await seen()).toEqual([['PROJECT_ACCESS_DENIED'], ['PROJECT_ACCESS_DENIED']]))
    })

    test('whose organization is suspended is told so, as its programs are, until it is resumed', async () => {
      const [token, key] = [await product().tokenOf(AURORA_OWNER), await makeKey(TELESCOPE)]
      const input = { organizationId: selfId('org', demo.aurora.id).text, reason: 'The suite suspends it' }
      const seen = () =>
        Promise.all([token, key.secret].map(async (credential) => codesOf(await read(credential, TELESCOPE, 1))))
      expect(await seen()).toEqual([[], []])
      await sensitive(OPERATOR, mutationOf('suspendOrganization', 'organization { suspendedAt }'), input)
      try {
        await eventually(async () =>
          expect(await seen()).toEqual([['ORGANIZATION_SUSPENDED'], ['ORGANIZATION_SUSPENDED']]),
        )
      } finally {
        await sensitive(OPERATOR, mutationOf('resumeOrganization', 'organization { suspendedAt }'), input)
      }
      await eventually(async () => expect(await seen()).toEqual([[], []]))
    })
  })
}
