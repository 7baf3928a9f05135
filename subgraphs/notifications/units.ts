import type { SelfScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { NotificationRepository } from './notification/repository.ts'

/** notifications' door to the database: a user's own channel. */
export type NotificationUnits = UnitsOfWork<SelfScope, { readonly notifications: NotificationRepository }>

export const notificationUnits = (database: Database): NotificationUnits =>
  createUnits(database, (db, scope: SelfScope) => ({ notifications: new NotificationRepository(db, scope) }))
