import type { UserId } from '../../../platform/ids/id.ts'

/** A person, as the identity provider's subject names them. */
export interface User {
  readonly id: UserId
  readonly email: string
  readonly displayName: string
}
