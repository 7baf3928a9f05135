import {
  organizationScope,
  type OrganizationScope,
  type OrganizationSetScope,
  type PlatformScope,
  type ProjectScope,
  type ProjectSetScope,
} from '../../platform/access/scope.ts'
import type { Database } from '../../platform/database/database.ts'
import { createUnits } from '../../platform/database/units.ts'
import type { UnitsOfWork } from '../../platform/database/unit-of-work.ts'
import { AccountRepository, AccountSetRepository } from './account/repository.ts'
import { ChargeRepository, ChargeSetRepository } from './charge/repository.ts'
import { LedgerRepository, LedgerSetRepository } from './ledger/repository.ts'
import { PriceRepository } from './price/repository.ts'

interface LedgerRepositories {
  readonly accounts: AccountRepository
  readonly ledger: LedgerRepository
}

interface ProjectRepositories extends LedgerRepositories {
  readonly charges: ChargeRepository
  readonly prices: PriceRepository
}

interface OrganizationSetRepositories {
  readonly accounts: AccountSetRepository
  readonly ledger: LedgerSetRepository
}

/** billing's doors to the database, one for each kind of scope. A project's also opens its organization's ledger. */
export interface BillingUnits {
  readonly organization: UnitsOfWork<OrganizationScope, LedgerRepositories>
  readonly organizationSet: UnitsOfWork<OrganizationSetScope, OrganizationSetRepositories>
  readonly project: UnitsOfWork<ProjectScope, ProjectRepositories>
  readonly projectSet: UnitsOfWork<ProjectSetScope, { readonly charges: ChargeSetRepository }>
  readonly platform: UnitsOfWork<PlatformScope, { readonly prices: PriceRepository }>
}

export const billingUnits = (database: Database): BillingUnits => ({
  organization: createUnits(database, (db, scope: OrganizationScope) => ({
    accounts: new AccountRepository(db, scope),
    ledger: new LedgerRepository(db, scope),
  })),
  organizationSet: createUnits(database, (db, scope: OrganizationSetScope) => ({
    accounts: new AccountSetRepository(db, scope),
    ledger: new LedgerSetRepository(db, scope),
  })),
  project: createUnits(database, (db, scope: ProjectScope) => ({
    accounts: new AccountRepository(db, organizationScope(scope.organizationId)),
    ledger: new LedgerRepository(db, organizationScope(scope.organizationId)),
    charges: new ChargeRepository(db, scope),
    prices: new PriceRepository(db),
  })),
  projectSet: createUnits(database, (db, scope: ProjectSetScope) => ({ charges: new ChargeSetRepository(db, scope) })),
  platform: createUnits(database, (db) => ({ prices: new PriceRepository(db) })),
})
