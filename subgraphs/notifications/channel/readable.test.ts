import { expect, test } from '@jest/globals'
import { memberScope, selfScope } from '../../../platform/access/scope.ts'
import { systemIds } from '../../../platform/ids/generator.ts'
import { BROADCAST } from './model.ts'
import { channelsWithin } from './readable.ts'

const [user, other, organization, foreign] = [systemIds.next(), systemIds.next(), systemIds.next(), systemIds.next()]
const asked = [user, other, organization, foreign, BROADCAST.id].map((id) => ({ id }))
const idsOf = (channels: readonly { readonly id: string }[]): readonly string[] => channels.map(({ id }) => id)

test('of the channels that are asked for, a member’s scope keeps its own, its organizations’, and everybody’s', () => {
  expect(idsOf(channelsWithin(memberScope(user, [organization]), asked))).toEqual([user, organization, BROADCAST.id])
})

test('a user alone keeps no organization’s', () => {
  expect(idsOf(channelsWithin(selfScope(user), asked))).toEqual([user, BROADCAST.id])
})
