import { expect, test } from '@jest/globals'
import { acceptKeys } from './key-authenticator.ts'
import type { Authentication } from './token-verifier.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { silentLog } from '../../platform/log/log.ts'

const program: Principal = { kind: 'service-account', serviceAccountId: 'sva', apiKeyId: 'key', capabilities: [] }
const byKey: Authentication = { principal: program, expiresAt: new Date(0) }
const byToken: Authentication = { principal: ANONYMOUS, expiresAt: undefined }

const authenticate = (authorization: unknown) => {
  const asked: unknown[] = []
  const verifier = acceptKeys({
    tokens: {
      authenticate: (text) => {
        asked.push(text)
        return Promise.resolve(byToken)
      },
    },
    keys: {
      recognizes: (bearer) => bearer.startsWith('gpk_'),
      authenticate: (bearer) => Promise.resolve(bearer === 'gpk_good' ? byKey : undefined),
    },
    log: silentLog,
  })
  return { found: verifier.authenticate(authorization), asked }
}

test('a good key is its program, until it expires; no token verifier sees it', async () => {
  const { found, asked } = authenticate('Bearer gpk_good')
  expect([await found, asked]).toEqual([byKey, []])
})

test('a key that lets nobody in is UNAUTHENTICATED, and is tried as nothing else', async () => {
  const { found, asked } = authenticate('Bearer gpk_bad')
  await expect(found).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: {} })
  expect(asked).toEqual([])
})

test.each([undefined, 'Bearer eyJ', 'Basic gpk_good', 'gpk_good', ''])('%p is for the token verifier', async (text) => {
  const { found, asked } = authenticate(text)
  expect([await found, asked]).toEqual([byToken, [text]])
})
