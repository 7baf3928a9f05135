import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodePrincipal, encodePrincipal } from './principal-claims.ts'
import { ANONYMOUS, type Principal } from './principal.ts'

const name = fc.string({ minLength: 1, maxLength: 255 })
const wholeSeconds = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => new Date(seconds * 1000))

const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({
    kind: fc.constant('user' as const),
    subject: name,
    sessionId: fc.option(name, { nil: undefined }),
    authenticatedAt: fc.option(wholeSeconds, { nil: undefined }),
    assurance: fc.constantFrom('single' as const, 'multi' as const),
  }),
  fc.record({
    kind: fc.constant('service-account' as const),
    serviceAccountId: name,
    apiKeyId: name,
    capabilities: fc.array(name, { maxLength: 5 }),
  }),
  fc.constant(ANONYMOUS),
)

test('every principal comes back from its claims as it was, through JSON', () => {
  fc.assert(
    fc.property(principal, (original) => {
      expect(decodePrincipal(JSON.parse(JSON.stringify(encodePrincipal(original))))).toEqual(original)
    }),
  )
})

test('two principals that differ have claims that differ', () => {
  fc.assert(
    fc.property(principal, principal, (one, other) => {
      const same = JSON.stringify(encodePrincipal(one)) === JSON.stringify(encodePrincipal(other))
      if (same) expect(one).toEqual(other)
    }),
  )
})

test('R2: claims beyond those of a principal are not read', () => {
  expect(decodePrincipal({ ...encodePrincipal(ANONYMOUS), role: 'owner', capabilities: ['*'] })).toEqual(ANONYMOUS)
})

test('no other value is a principal, and none makes decoding throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(decodePrincipal(value)).toBeUndefined()
    }),
  )
})
