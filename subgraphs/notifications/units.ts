import type { OrganizationScope, PlatformScope, SelfScope } from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { HeadRepository } from './channel/head-repository.ts'
import { PlaceRepository } from './channel/place-repository.ts'
import { ChannelRepository } from './channel/repository.ts'
import { EpochRepository } from './cursor/epoch-repository.ts'
import { ReceiptRepository } from './notification/receipt-repository.ts'
import { NotificationRepository } from './notification/repository.ts'
import { PreferenceRepository } from './preference/repository.ts'
import { RetentionRepository } from './retention/repository.ts'
import { TemplateRepository } from './template/repository.ts'

interface UserRepositories {
  readonly channel: ChannelRepository
  readonly notifications: NotificationRepository
  readonly receipts: ReceiptRepository
  readonly places: PlaceRepository
  readonly preferences: PreferenceRepository
}

interface OrganizationRepositories {
  readonly channel: ChannelRepository
}

interface PlatformRepositories {
  readonly channel: ChannelRepository
  readonly heads: HeadRepository
  readonly epoch: EpochRepository
  readonly templates: TemplateRepository
  readonly retention: RetentionRepository
}

/** notifications' doors to the database: a user with all of their channels, an organization's channel, everybody's. */
export interface NotificationUnits {
  readonly user: UnitsOfWork<SelfScope, UserRepositories>
  readonly organization: UnitsOfWork<OrganizationScope, OrganizationRepositories>
  readonly platform: UnitsOfWork<PlatformScope, PlatformRepositories>
}

export const notificationUnits = (database: Database): NotificationUnits => ({
  user: createUnits(database, (db, scope: SelfScope) => ({
    channel: new ChannelRepository(db, scope),
    notifications: new NotificationRepository(db, scope),
    receipts: new ReceiptRepository(db, scope),
    places: new PlaceRepository(db, scope),
    preferences: new PreferenceRepository(db, scope),
  })),
  organization: createUnits(database, (db, scope: OrganizationScope) => ({
    channel: new ChannelRepository(db, scope),
  })),
  platform: createUnits(database, (db, scope: PlatformScope) => ({
    channel: new ChannelRepository(db, scope),
    heads: new HeadRepository(db),
    epoch: new EpochRepository(db),
    templates: new TemplateRepository(db),
    retention: new RetentionRepository(db),
  })),
})
