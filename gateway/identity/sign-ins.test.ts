import { expect, test } from '@jest/globals'
import type { Principal } from '../../platform/access/principal.ts'
import { tellSignIns } from './sign-ins.ts'

const person: Principal = {
  ...{ kind: 'user', subject: 'somebody', sessionId: 'session-1', assurance: 'single' },
  authenticatedAt: undefined,
}
const program: Principal = { kind: 'service-account', serviceAccountId: 'sva', apiKeyId: 'key', capabilities: [] }

const gateway = (taken: () => boolean = () => true) => {
  const told: Principal[] = []
  const tokens = new Map<unknown, Principal>([
    ['a person', person],
    ['the person’s next token', { ...person }],
    ['a program', program],
    [undefined, { kind: 'anonymous' }],
  ])
  const { authenticate } = tellSignIns({
    tokens: {
      authenticate: (authorization) => {
        const principal = tokens.get(authorization)
        return principal ? Promise.resolve({ principal, expiresAt: undefined }) : Promise.reject(new Error('bad'))
      },
    },
    signIns: {
      record: (who) => {
        told.push(who)
        return taken()
      },
    },
  })
  return { authenticate, told }
}

test('R72: a person is told of for each token, and not for each request', async () => {
  const { authenticate, told } = gateway()
  for (const token of ['a person', 'a person', 'the person’s next token', 'a person'])
    expect((await authenticate(token)).principal).toMatchObject({ subject: 'somebody' })
  expect(told).toEqual([person, person])
})

test('R72: what could not be taken is told again with the next request', async () => {
  const answers = [false, true]
  const { authenticate, told } = gateway(() => answers.shift() === true)
  for (const token of ['a person', 'a person', 'a person']) await authenticate(token)
  expect(told).toHaveLength(2)
})

test('programs, nobody, and who was not let in sign in to nothing', async () => {
  const { authenticate, told } = gateway()
  await authenticate('a program')
  await authenticate(undefined)
  await expect(authenticate('a forgery')).rejects.toThrow('bad')
  expect(told).toEqual([])
})
