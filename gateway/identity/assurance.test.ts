import { expect, test } from '@jest/globals'
import { assuranceOf } from './assurance.ts'

const policy = { multiFactorAcr: ['urn:example:gold'] }

test.each([
  [{ acr: 'urn:example:gold' }],
  [{ amr: ['mfa'] }],
  [{ amr: ['pwd', 'otp'] }],
  [{ acr: 'urn:example:bronze', amr: ['hwk', 'pin'] }],
])('%j shows a second factor', (claims) => expect(assuranceOf(claims, policy)).toBe('multi'))

test.each([
  [{}],
  [{ acr: 'urn:example:bronze' }],
  [{ acr: ['urn:example:gold'] }],
  [{ amr: ['pwd'] }],
  [{ amr: ['otp'] }],
  [{ amr: ['pwd', 'pin'] }],
  [{ amr: 'mfa' }],
  [{ amr: [{ mfa: true }] }],
  [{ acr: 2, amr: null }],
])('%j shows none', (claims) => expect(assuranceOf(claims, policy)).toBe('single'))
