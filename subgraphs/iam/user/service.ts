import { operatorUserGrant, type PlatformGrant, type SelfGrant } from '../../../platform/access/authorize.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { UserId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { parseReason } from '../naming.ts'
import type { IamUnits } from '../units.ts'
import type { DisableUserRefusal, EnableUserRefusal, User, UserStatus } from './model.ts'

type Operator = PlatformGrant<'PLATFORM_USER_DISABLE'>

export interface UserDependencies {
  readonly units: IamUnits
  readonly clock: Clock
}

export interface ChangeUser {
  readonly userId: UserId
  readonly reason: string
}

/** A user that changed, and the subject whose grants every process must read again. */
export interface ChangedUser {
  readonly status: UserStatus
  readonly subject: string
}

const isOwnAccount = ({ actor }: Operator, { local }: UserId): boolean =>
  actor.kind === 'principal' && actor.userId === local

export type UserService = ReturnType<typeof userService>

export const userService = ({ units, clock }: UserDependencies) => ({
  find: ({ scope }: SelfGrant): Promise<User | undefined> => units.self.read(scope, ({ users }) => users.find()),

  disable: async (
    operator: Operator,
    { userId, reason: text }: ChangeUser,
  ): Promise<Result<ChangedUser, DisableUserRefusal>> => {
    const reason = parseReason(text)
    if (!reason.ok) return reason
    if (isOwnAccount(operator, userId)) return err('OWN_ACCOUNT')
    return units.self.write(operatorUserGrant(operator, userId.local), async ({ users, audit }) => {
      const subject = await users.subject()
      if (subject === undefined) return err('NOT_FOUND')
      const disabledAt = clock.now()
      if (!(await users.disable(disabledAt))) return err('ALREADY_DISABLED')
      audit.succeeded('iam.user.disable', userId.text, { reason: reason.value })
      return ok({ status: { userId, disabledAt }, subject })
    })
  },

  enable: async (
    operator: Operator,
    { userId, reason: text }: ChangeUser,
  ): Promise<Result<ChangedUser, EnableUserRefusal>> => {
    const reason = parseReason(text)
    if (!reason.ok) return reason
    return units.self.write(operatorUserGrant(operator, userId.local), async ({ users, audit }) => {
      const subject = await users.subject()
      if (subject === undefined) return err('NOT_FOUND')
      if (!(await users.enable())) return err('NOT_DISABLED')
      audit.succeeded('iam.user.enable', userId.text, { reason: reason.value })
      return ok({ status: { userId, disabledAt: null }, subject })
    })
  },
})
