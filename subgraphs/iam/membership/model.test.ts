import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { capabilitiesOf } from '../../../directives/capabilities.ts'
import { mayHandle, MEMBER_ROLES } from './model.ts'

test('a role is handled by those alone who have everything that it grants', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MEMBER_ROLES), fc.constantFrom(...MEMBER_ROLES), (own, given) => {
      const held = (capability: string) => capabilitiesOf(own).has(capability)
      const missing = [...capabilitiesOf(given)].filter((capability) => !held(capability))
      expect(mayHandle({ held, capabilitiesOf }, given)).toBe(missing.length === 0)
    }),
  )
  const held = (capability: string) => capabilitiesOf('developer').has(capability)
  expect(MEMBER_ROLES.filter((role) => mayHandle({ held, capabilitiesOf }, role))).toEqual(['developer', 'viewer'])
})
