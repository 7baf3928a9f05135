import type { ProjectGrant } from '../../../platform/access/authorize.ts'
import type { ProjectSetScope } from '../../../platform/access/scope.ts'
import type { Envelope } from '../../../platform/crypto/envelope.ts'
import { ShownOnce } from '../../../platform/idempotency/shown-once.ts'
import type { IdPage } from '../../../platform/graphql/id-page.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppPlatformDependencies } from '../dependencies.ts'
import type { EnvironmentId } from '../environment/model.ts'
import { bindingOf, parseSecretName, parseSecretValue, secretKey } from './model.ts'
import type { NamedSecretRefusal, PutSecretRefusal, Secret, SecretId, SecretKey } from './model.ts'

export interface SecretDependencies extends AppPlatformDependencies {
  /** Undefined in a process that was not given a key: it keeps no secrets. */
  readonly envelope: Envelope | undefined
}

export interface PutSecret {
  readonly environmentId: EnvironmentId
  readonly name: string
  readonly value: string
  /** The version that is to be replaced, 0 for none; left out: whichever there is. */
  readonly expectedVersion?: number | null | undefined
}

/** A secret as a caller names it: by one of both. */
export interface NamedSecret {
  readonly environmentId: EnvironmentId
  readonly secretId: SecretId | undefined
  readonly name: string | undefined
}

export interface RevealedSecret {
  readonly secret: Secret
  readonly value: ShownOnce<string>
}

/** An id that names another project is not looked for: whether it names anything stays unknown. */
const keyWithin = ({ environmentId, secretId, name }: NamedSecret): Result<SecretKey, NamedSecretRefusal> =>
  secretId !== undefined && name === undefined && secretId.scope !== environmentId.scope
    ? err('SECRET_NOT_FOUND')
    : secretKey(secretId, name)

export type SecretService = ReturnType<typeof secretService>

export const secretService = ({ units, clock, ids, envelope }: SecretDependencies) => {
  const sealing = (): Envelope => {
    if (envelope === undefined) throw new Error('This process keeps no secrets: it was given no SECRETS_KEY')
    return envelope
  }

  return {
    /** Those that exist, in no order. */
    findAll: (scope: ProjectSetScope, wanted: readonly SecretId[]): Promise<Secret[]> =>
      units.projectSet.read(scope, ({ secrets }) => secrets.findAll(wanted)),

    /** The same page of every environment. */
    pages: (scope: ProjectSetScope, environments: readonly EnvironmentId[], page: IdPage): Promise<Secret[]> =>
      units.projectSet.read(scope, ({ secrets }) => secrets.pages(environments, page)),

    /** How many there are of every one, by the text of its id. */
    totals: (scope: ProjectSetScope, environments: readonly EnvironmentId[]): Promise<ReadonlyMap<string, number>> =>
      units.projectSet.read(scope, ({ secrets }) => secrets.totals(environments)),

    put: (grant: ProjectGrant<'APP_SECRET_WRITE'>, input: PutSecret): Promise<Result<Secret, PutSecretRefusal>> => {
      const name = parseSecretName(input.name)
      if (!name.ok) return Promise.resolve(name)
      const value = parseSecretValue(input.value)
      if (!value.ok) return Promise.resolve(value)
      return units.project.write(grant, async ({ environments, secrets, audit }) => {
        const { environmentId } = input
        if (!(await environments.find(environmentId))) return err('ENVIRONMENT_NOT_FOUND')
        const id = ownedId('sec', grant.scope.projectId, ids.next())
        const secret = await secrets.advance({ id, environmentId, name: name.value, createdAt: clock.now() })
        if (!secret) return err('ENVIRONMENT_NOT_FOUND')
        if (secret.version !== (input.expectedVersion ?? secret.version - 1) + 1) return err('VERSION_CONFLICT')
        await secrets.insertVersion(secret, sealing().seal(value.value, bindingOf(grant.scope, secret)))
        audit.succeeded('app-platform.secret.put', secret.id.text, { name: secret.name, version: secret.version })
        return ok(secret)
      })
    },

    delete: (
      grant: ProjectGrant<'APP_SECRET_WRITE'>,
      input: NamedSecret,
    ): Promise<Result<Secret, NamedSecretRefusal>> => {
      const key = keyWithin(input)
      if (!key.ok) return Promise.resolve(key)
      return units.project.write(grant, async ({ secrets, audit }) => {
        const secret = await secrets.find(input.environmentId, key.value)
        if (!secret || !(await secrets.delete(secret))) return err('SECRET_NOT_FOUND')
        audit.succeeded('app-platform.secret.delete', secret.id.text, { name: secret.name, version: secret.version })
        return ok(secret)
      })
    },

    /** The only way to what a secret is. That it was told is on record before the caller has it. */
    reveal: (
      grant: ProjectGrant<'APP_SECRET_READ'>,
      input: NamedSecret,
    ): Promise<Result<RevealedSecret, NamedSecretRefusal>> => {
      const key = keyWithin(input)
      if (!key.ok) return Promise.resolve(key)
      return units.project.write(grant, async ({ secrets, audit }) => {
        const secret = await secrets.find(input.environmentId, key.value)
        const sealed = secret && (await secrets.findSealed(secret))
        if (!secret || !sealed) return err('SECRET_NOT_FOUND')
        const value = sealing().open(sealed, bindingOf(grant.scope, secret)).toString('utf8')
        audit.succeeded('app-platform.secret.reveal', secret.id.text, { name: secret.name, version: secret.version })
        return ok({ secret, value: new ShownOnce(value) })
      })
    },
  }
}
