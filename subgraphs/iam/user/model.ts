import type { UserId } from '../../../platform/ids/id.ts'

/** Whether a user may act, as operators see it. */
export interface UserStatus {
  readonly userId: UserId
  readonly disabledAt: Date | null
}

export type DisableUserRefusal = 'NOT_FOUND' | 'ALREADY_DISABLED' | 'OWN_ACCOUNT' | 'REASON_INVALID'
export type EnableUserRefusal = 'NOT_FOUND' | 'NOT_DISABLED' | 'REASON_INVALID'

/** A person, as the identity provider's subject names them. */
export interface User {
  readonly id: UserId
  readonly email: string
  readonly displayName: string
}
