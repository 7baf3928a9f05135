import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import type { ProjectId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { ApiKeyId } from '../api-key/model.ts'
import { departmentIn } from '../department/model.ts'
import { parseDisplayName } from '../naming.ts'
import type { IamUnits } from '../units.ts'
import {
  MAX_SERVICE_ACCOUNTS,
  newServiceAccount,
  type CreateServiceAccountRefusal,
  type DeleteServiceAccountRefusal,
  type ResumeServiceAccountRefusal,
  type ServiceAccount,
  type ServiceAccountId,
  type SuspendServiceAccountRefusal,
} from './model.ts'

export interface ServiceAccountDependencies {
  readonly units: IamUnits
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface CreateServiceAccount {
  readonly name: string
  /** The text of a department's id; left out, the project's own department. */
  readonly departmentId?: string | null | undefined
}

/** An account that changed, and the keys whose grants every process must read again. */
export interface ChangedServiceAccount {
  readonly account: ServiceAccount
  readonly keys: readonly ApiKeyId[]
}

export type ServiceAccountService = ReturnType<typeof serviceAccountService>

export const serviceAccountService = ({ units, clock, ids }: ServiceAccountDependencies) => ({
  find: ({ scope }: ProjectGrant<'SERVICE_ACCOUNT_READ'>, id: ServiceAccountId): Promise<ServiceAccount | undefined> =>
    units.project.read(scope, ({ accounts }) => accounts.find(id.local)),

  /** The same page of every project. */
  pages: (scope: ProjectSetScope, projects: readonly ProjectId[], page: IdPage): Promise<ServiceAccount[]> =>
    units.projectSet.read(scope, ({ accounts }) => accounts.pages(projects, page)),

  /** How many there are of every one, by the text of its id. */
  totals: (scope: ProjectSetScope, projects: readonly ProjectId[]): Promise<ReadonlyMap<string, number>> =>
    units.projectSet.read(scope, ({ accounts }) => accounts.totals(projects)),

  create: (
    grant: ProjectGrant<'SERVICE_ACCOUNT_CREATE'>,
    input: CreateServiceAccount,
  ): Promise<Result<ServiceAccount, CreateServiceAccountRefusal>> => {
    const name = parseDisplayName(input.name)
    if (!name.ok) return Promise.resolve(name)
    const wanted = departmentIn(grant.scope.organizationId, input.departmentId ?? undefined)
    if (!wanted.ok) return Promise.resolve(wanted)

    return units.project.write(grant, async ({ accounts, audit }) => {
      if ((await accounts.countForInsert()) >= MAX_SERVICE_ACCOUNTS) return err('LIMIT_REACHED')
      const departmentId = wanted.value ?? (await accounts.projectDepartment())
      if (departmentId === undefined) return err('DEPARTMENT_NOT_FOUND')
      const account = newServiceAccount({
        local: ids.next(),
        project: grant.scope.projectId,
        departmentId,
        name: name.value,
        createdAt: clock.now(),
      })
      const outcome = await accounts.insert(account)
      if (outcome !== 'INSERTED') return err(outcome)
      audit.succeeded('iam.service_account.create', account.id.text)
      return ok(account)
    })
  },

  suspend: (
    grant: ProjectGrant<'SERVICE_ACCOUNT_SUSPEND'>,
    id: ServiceAccountId,
  ): Promise<Result<ChangedServiceAccount, SuspendServiceAccountRefusal>> =>
    units.project.write(grant, async ({ accounts, keys, audit }) => {
      const now = clock.now()
      const account = await accounts.find(id.local)
      if (!account) return err('NOT_FOUND')
      if (!(await accounts.suspend(id.local, now))) return err('ALREADY_SUSPENDED')
      audit.succeeded('iam.service_account.suspend', id.text)
      return ok({ account: { ...account, suspendedAt: now }, keys: await keys.live(id.local, now) })
    }),

  resume: (
    grant: ProjectGrant<'SERVICE_ACCOUNT_SUSPEND'>,
    id: ServiceAccountId,
  ): Promise<Result<ChangedServiceAccount, ResumeServiceAccountRefusal>> =>
    units.project.write(grant, async ({ accounts, keys, audit }) => {
      const account = await accounts.find(id.local)
      if (!account) return err('NOT_FOUND')
      if (!(await accounts.resume(id.local))) return err('NOT_SUSPENDED')
      audit.succeeded('iam.service_account.resume', id.text)
      return ok({ account: { ...account, suspendedAt: null }, keys: await keys.live(id.local, clock.now()) })
    }),

  /** Its keys are revoked with it. */
  delete: (
    grant: ProjectGrant<'SERVICE_ACCOUNT_DELETE'>,
    id: ServiceAccountId,
  ): Promise<Result<ChangedServiceAccount, DeleteServiceAccountRefusal>> =>
    units.project.write(grant, async ({ accounts, keys, audit }) => {
      const now = clock.now()
      const account = await accounts.find(id.local)
      if (!account || !(await accounts.delete(id.local, now))) return err('NOT_FOUND')
      const ended = await keys.live(id.local, now)
      await keys.revokeAll(id.local, now)
      audit.succeeded('iam.service_account.delete', id.text, { keys: ended.length })
      return ok({ account, keys: ended })
    }),
})
