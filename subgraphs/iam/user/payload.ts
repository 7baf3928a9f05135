import type { Result } from '../../../platform/result/result.ts'
import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { DisableUserRefusal, EnableUserRefusal } from './model.ts'
import type { ChangedUser } from './service.ts'

const NOT_FOUND = { field: ['userId'], message: 'There is no such user.' }
const REASON_INVALID = { field: ['reason'], message: 'A reason has 3 to 500 printable characters.' }

const DISABLE: Refusals<DisableUserRefusal> = {
  NOT_FOUND,
  ALREADY_DISABLED: { field: ['userId'], message: 'The user is disabled already.' },
  OWN_ACCOUNT: { field: ['userId'], message: 'You cannot disable your own account.' },
  REASON_INVALID,
}

const ENABLE: Refusals<EnableUserRefusal> = {
  NOT_FOUND,
  NOT_DISABLED: { field: ['userId'], message: 'The user is not disabled.' },
  REASON_INVALID,
}

export const disableUserPayload = (changed: Result<ChangedUser, DisableUserRefusal>) =>
  changed.ok
    ? { user: changed.value.status, userErrors: [] }
    : { user: null, userErrors: refusedWith(changed.error, DISABLE) }

export const enableUserPayload = (changed: Result<ChangedUser, EnableUserRefusal>) =>
  changed.ok
    ? { user: changed.value.status, userErrors: [] }
    : { user: null, userErrors: refusedWith(changed.error, ENABLE) }
