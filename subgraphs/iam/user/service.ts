import type { SelfGrant } from '../../../platform/access/authorize.ts'
import type { IamUnits } from '../units.ts'
import type { User } from './model.ts'

export type UserService = ReturnType<typeof userService>

export const userService = ({ units }: { readonly units: IamUnits }) => ({
  find: ({ scope }: SelfGrant): Promise<User | undefined> => units.self.read(scope, ({ users }) => users.find()),
})
