import { describe, expect, test } from '@jest/globals'
import { AURORA_OWNER, demoCallers, mutationOf, OPERATOR, textIn } from './demo-callers.ts'
import { eventually } from './eventually.ts'
import { ask, type Answer, type Product } from './product.ts'
import { SURVEY, TELESCOPE } from '../e2e/demo-ids.ts'
import { selfId } from '../../platform/ids/id.ts'
import * as demo from '../../server/demo/tenants.ts'
import { connectTerminal, type TerminalClient } from '../../terminal/testkit/terminal-client.ts'

const OPEN = mutationOf('openTerminal', 'session { id } url token')
const DEVELOPER = 'developer@aurora.example'

interface OpenTerminal {
  readonly sessionId: string
  readonly client: TerminalClient
}

/** Terminals end with what they were opened by: at every gateway of a whole product, whoever is told. */
export const terminalSuite = (product: () => Product): void => {
  const { gatewayOf, sensitive, makeKey } = demoCallers(product)

  const as = (token: string, query: string, variables: object, gateway = 1): Promise<Answer> =>
    ask(gatewayOf(gateway), query, { variables: { ...variables }, token })

  const activeIn = async (project: string): Promise<string> => {
    const query = `query ($id: ID!) { project(id: $id) { allocations(filter: { states: [ACTIVE] }) { edges { node { id } } } } }`
    return textIn(await as(await product().tokenOf(AURORA_OWNER), query, { id: project }), 'id')
  }

  /** Retried: a gateway of terminals may have been started a moment ago, and grants given then. */
  const open = async (token: string, allocationId: string): Promise<OpenTerminal> => {
    const answer = await eventually(async () => {
      const opened = await as(token, OPEN, { input: { allocationId } })
      expect([opened.text, opened.errors]).toEqual([expect.not.stringContaining('"userErrors":[{'), []])
      return opened
    }, 30_000)
    const client = await connectTerminal(textIn(answer, 'url'), textIn(answer, 'token'))
    await client.ready()
    return { sessionId: textIn(answer, 'id'), client }
  }

  const endedFor = async ({ sessionId }: OpenTerminal, reason: string): Promise<void> => {
    const query = 'query ($id: ID!) { terminalSession(id: $id) { state closeReason } }'
    await eventually(async () => {
      const { data } = await as(await product().tokenOf(AURORA_OWNER), query, { id: sessionId })
      expect(data).toEqual({ terminalSession: { state: 'CLOSED', closeReason: reason } })
    })
  }

  describe('an open terminal', () => {
    /** Several people and processes take part in each. */
    const LONG = 90_000

    test(
      'ends when its opener is disabled, and they open no other',
      async () => {
        const token = await product().tokenOf(AURORA_OWNER)
        const allocation = await activeIn(TELESCOPE)
        const terminal = await open(token, allocation)
        const input = { userId: selfId('usr', demo.userOf(AURORA_OWNER).id).text, reason: 'The suite disables them' }
        await sensitive(OPERATOR, mutationOf('disableUser', 'user { userId }'), input)
        try {
          expect((await terminal.client.closed).code).toBe(4403)
          const refused = await as(token, OPEN, { input: { allocationId: allocation } })
          expect(refused.errors[0]?.extensions.code).toBe('ACTOR_DISABLED')
        } finally {
          await sensitive(OPERATOR, mutationOf('enableUser', 'user { userId }'), input)
        }
        await endedFor(terminal, 'REVOKED')
      },
      LONG,
    )

    test(
      'ends when its opener is removed, is nobody else’s before that, and may be closed by an owner',
      async () => {
        const member = { projectId: SURVEY, userId: selfId('usr', demo.userOf(DEVELOPER).id).text }
        await sensitive(AURORA_OWNER, mutationOf('addProjectMember', 'member { role }'), {
          ...member,
          role: 'DEVELOPER',
        })
        const [token, owner] = [await product().tokenOf(DEVELOPER), await product().tokenOf(AURORA_OWNER)]
        const allocation = await activeIn(SURVEY)
        const [removed, closed] = [await open(token, allocation), await open(token, allocation)]
        const reattach = mutationOf('reattachTerminal', 'token')
        const stolen = await as(owner, reattach, { input: { sessionId: removed.sessionId } })
        expect(stolen.data).toEqual({ reattachTerminal: { token: null, userErrors: [{ code: 'NOT_THE_OPENER' }] } })
        await as(owner, mutationOf('closeTerminal', 'session { state }'), { input: { sessionId: closed.sessionId } })
        expect((await closed.client.closed).code).toBe(4410)
        await endedFor(closed, 'CLOSED_BY_USER')

        await sensitive(AURORA_OWNER, mutationOf('removeProjectMember', 'removedUserId'), member)
        expect((await removed.client.closed).code).toBe(4403)
        await endedFor(removed, 'REVOKED')
      },
      LONG,
    )

    test(
      'of a program ends when its key is revoked',
      async () => {
        const key = await makeKey(TELESCOPE)
        const terminal = await open(key.secret, await activeIn(TELESCOPE))
        await sensitive(AURORA_OWNER, mutationOf('revokeApiKey', 'apiKey { id }'), { apiKeyId: key.keyId })
        expect((await terminal.client.closed).code).toBe(4403)
        await endedFor(terminal, 'REVOKED')
      },
      LONG,
    )

    test(
      'ends when its organization is suspended',
      async () => {
        const terminal = await open(await product().tokenOf(AURORA_OWNER), await activeIn(TELESCOPE))
        const input = { organizationId: selfId('org', demo.aurora.id).text, reason: 'The suite suspends it' }
        await sensitive(OPERATOR, mutationOf('suspendOrganization', 'organization { suspendedAt }'), input)
        try {
          expect((await terminal.client.closed).code).toBe(4403)
        } finally {
          await sensitive(OPERATOR, mutationOf('resumeOrganization', 'organization { suspendedAt }'), input)
        }
        await endedFor(terminal, 'REVOKED')
      },
      LONG,
    )

    test(
      'ends when its allocation is released',
      async () => {
        const token = await product().tokenOf(AURORA_OWNER)
        const create = mutationOf('createAllocation', 'allocation { id }')
        const name = `terminal-${Date.now().toString(36)}`
        const made = await as(token, create, { input: { projectId: TELESCOPE, name, skuCode: 'l40s-1' } })
        const allocationId = textIn(made, 'id')
        const terminal = await open(token, allocationId)
        await as(token, mutationOf('releaseAllocation', 'allocation { state }'), { input: { allocationId } })
        expect((await terminal.client.closed).code).toBe(4412)
        await endedFor(terminal, 'RELEASED')
      },
      LONG,
    )
  })
}
