import { SERVICE_ACCOUNT_CAPABILITIES } from '../../../directives/capabilities.ts'
import { hashApiKey, newApiKeySecret, printApiKey } from '../../../platform/access/api-key.ts'
import type { ProjectGrant, SelfGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Clock } from '../../../platform/clock/clock.ts'
import type { Peppers } from '../../../platform/crypto/peppers.ts'
import { apiKeyCreated, apiKeyRevoked, apiKeyRotated } from '../../../platform/events/catalogue.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ShownOnce } from '../../../platform/idempotency/shown-once.ts'
import type { IdGenerator } from '../../../platform/ids/generator.ts'
import { selfId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { ServiceAccountId } from '../service-account/model.ts'
import type { IamUnits } from '../units.ts'
import {
  apiKeyState,
  expiryOf,
  keyCapabilities,
  MAX_LIVE_KEYS,
  newApiKeyId,
  overlapEnd,
  type ApiKey,
  type ApiKeyId,
  type CreateApiKeyRefusal,
  type RevokeApiKeyRefusal,
  type RotateApiKeyRefusal,
} from './model.ts'

export interface ApiKeyDependencies {
  readonly units: IamUnits
  /** Undefined in a process that was not given any: it makes no keys. */
  readonly peppers: Peppers | undefined
  readonly clock: Clock
  readonly ids: IdGenerator
}

/** Who makes a key: a person, and what that person may do in the project. Programs make no keys. */
export interface KeyMaker {
  readonly self: SelfGrant
  readonly held: (capability: string) => boolean
}

export interface CreateApiKey {
  readonly serviceAccountId: ServiceAccountId
  readonly capabilities: readonly string[]
  readonly expiresAt?: Date | null | undefined
}

export interface RotateApiKey {
  readonly apiKeyId: ApiKeyId
  readonly overlapSeconds: number
  readonly expiresAt?: Date | null | undefined
}

/** A key with its text, which is nowhere else and never again. */
export interface MadeApiKey {
  readonly apiKey: ApiKey
  readonly secret: ShownOnce<string>
}

export interface RotatedApiKey extends MadeApiKey {
  readonly previous: ApiKey
}

const ownerOf = ({ scope: { organizationId, projectId } }: ProjectGrant) => ({ organizationId, projectId })

const namesOf = ({ id, serviceAccountId }: Pick<ApiKey, 'id' | 'serviceAccountId'>) => ({
  serviceAccountId: serviceAccountId.local,
  keyId: id.local,
})

export type ApiKeyService = ReturnType<typeof apiKeyService>

export const apiKeyService = ({ units, peppers, clock, ids }: ApiKeyDependencies) => {
  const make = (
    wanted: Pick<ApiKey, 'serviceAccountId' | 'capabilities' | 'expiresAt'>,
    maker: KeyMaker,
    now: Date,
  ) => {
    if (peppers === undefined) throw new Error('This process makes no API keys: it was given no API_KEY_PEPPER')
    const id = newApiKeyId(wanted.serviceAccountId, ids.next())
    const parts = { keyId: id.local, secret: newApiKeySecret() }
    const secret = printApiKey(parts)
    const apiKey: ApiKey = {
      ...wanted,
      id,
      lastFour: secret.slice(-4),
      createdBy: selfId('usr', maker.self.scope.userId).text,
      createdAt: now,
      overlapEndsAt: null,
      revokedAt: null,
    }
    return { apiKey, secret: new ShownOnce(secret), hash: hashApiKey(peppers, parts) }
  }

  return {
    find: ({ scope }: ProjectGrant<'API_KEY_READ'>, id: ApiKeyId): Promise<ApiKey | undefined> =>
      units.project.read(scope, ({ keys }) => keys.find(id.local)),

    /** The same page of every account. */
    pages: (scope: ProjectSetScope, accounts: readonly ServiceAccountId[], page: IdPage): Promise<ApiKey[]> =>
      units.projectSet.read(scope, ({ keys }) => keys.pages(accounts, page)),

    /** How many there are of every one, by the text of its id. */
    totals: (scope: ProjectSetScope, accounts: readonly ServiceAccountId[]): Promise<ReadonlyMap<string, number>> =>
      units.projectSet.read(scope, ({ keys }) => keys.totals(accounts)),

    create: async (
      grant: ProjectGrant<'API_KEY_CREATE'>,
      maker: KeyMaker,
      input: CreateApiKey,
    ): Promise<Result<MadeApiKey, CreateApiKeyRefusal>> => {
      const now = clock.now()
      const capabilities = keyCapabilities(input.capabilities, {
        ceiling: SERVICE_ACCOUNT_CAPABILITIES,
        held: maker.held,
      })
      if (!capabilities.ok) return capabilities
      const expiresAt = expiryOf(input.expiresAt, now)
      if (!expiresAt.ok) return expiresAt

      return units.project.write(grant, async ({ accounts, keys, audit, outbox }) => {
        const { serviceAccountId } = input
        if (!(await accounts.find(serviceAccountId.local))) return err('SERVICE_ACCOUNT_NOT_FOUND')
        if ((await keys.countLiveForInsert(serviceAccountId.local, now)) >= MAX_LIVE_KEYS) return err('LIMIT_REACHED')
        const wanted = { serviceAccountId, capabilities: capabilities.value, expiresAt: expiresAt.value }
        const { apiKey, secret, hash } = make(wanted, maker, now)
        await keys.insert(apiKey, hash)
        audit.succeeded('iam.api_key.create', apiKey.id.text, { capabilities: apiKey.capabilities.join(' ') })
        outbox.add(apiKeyCreated.create(ownerOf(grant), namesOf(apiKey)))
        return ok({ apiKey, secret })
      })
    },

    /** Whoever rotates a key holds the new one, and may hence give no more than they have. */
    rotate: async (
      grant: ProjectGrant<'API_KEY_ROTATE'>,
      maker: KeyMaker,
      input: RotateApiKey,
    ): Promise<Result<RotatedApiKey, RotateApiKeyRefusal>> => {
      const now = clock.now()
      const expiresAt = expiryOf(input.expiresAt, now)
      if (!expiresAt.ok) return expiresAt

      return units.project.write(grant, async ({ keys, audit, outbox }) => {
        const old = await keys.find(input.apiKeyId.local)
        if (!old) return err('NOT_FOUND')
        if (apiKeyState(old, now) !== 'ACTIVE') return err('NOT_ACTIVE')
        const overlapEndsAt = overlapEnd(old, input.overlapSeconds, now)
        if (!overlapEndsAt.ok) return overlapEndsAt
        if (!old.capabilities.every(maker.held)) return err('CAPABILITY_NOT_HELD')
        if (!(await keys.beginOverlap(old.id.local, overlapEndsAt.value))) return err('NOT_ACTIVE')
        const { serviceAccountId, capabilities } = old
        const { apiKey, secret, hash } = make(
          { serviceAccountId, capabilities, expiresAt: expiresAt.value },
          maker,
          now,
        )
        await keys.insert(apiKey, hash)
        outbox.add(apiKeyRotated.create(ownerOf(grant), { ...namesOf(apiKey), replacedKeyId: old.id.local }))
        audit.succeeded('iam.api_key.rotate', old.id.text, { successor: apiKey.id.text })
        return ok({ apiKey, secret, previous: { ...old, overlapEndsAt: overlapEndsAt.value } })
      })
    },

    revoke: (grant: ProjectGrant<'API_KEY_REVOKE'>, id: ApiKeyId): Promise<Result<ApiKey, RevokeApiKeyRefusal>> =>
      units.project.write(grant, async ({ keys, audit, outbox }) => {
        const now = clock.now()
        const key = await keys.find(id.local)
        if (!key) return err('NOT_FOUND')
        if (!(await keys.revoke(id.local, now))) return err('ALREADY_REVOKED')
        audit.succeeded('iam.api_key.revoke', id.text)
        outbox.add(apiKeyRevoked.create(ownerOf(grant), namesOf(key)))
        return ok({ ...key, revokedAt: now })
      }),
  }
}
