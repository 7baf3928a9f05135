import { demoUuid } from './demo-id.ts'
import { tableRows, type TableRows } from './rows.ts'
import type { vision } from './tenants.ts'
import type { Envelope } from '../../platform/crypto/envelope.ts'
import type { Uuid } from '../../platform/ids/id.ts'

/** An environment of the demo that has a secret. */
export interface DemoEnvironment {
  readonly owner: typeof vision
  readonly environmentId: Uuid
  readonly app: string
  readonly at: Date
}

const NAME = 'GREETING'
const FIRST_VERSION = 1

const keyOf = ({ owner, environmentId }: DemoEnvironment) => ({
  ...{ org_id: owner.organization.id, project_id: owner.id, environment_id: environmentId },
})

const idOf = ({ app, at }: DemoEnvironment): Uuid => demoUuid(`sec ${app} ${NAME}`, at)

/** Sealed as app-platform seals it (subgraphs/app-platform/secret/model.ts): it opens at this place alone. */
const sealedOf = (envelope: Envelope, of: DemoEnvironment) => {
  const { owner, environmentId, app } = of
  const binding = [owner.organization.id, owner.id, environmentId, idOf(of), FIRST_VERSION.toString()] as const
  const sealed = envelope.seal(Buffer.from(`Hello from the demo app ${app}`), binding)
  return { key_id: sealed.keyId, wrapped_key: sealed.wrappedKey, ciphertext: sealed.ciphertext }
}

/** One secret in each environment: nothing worth hiding, for `revealSecret` to show. */
export const secretRows = (envelope: Envelope, environments: readonly DemoEnvironment[]): TableRows[] => [
  tableRows(
    'app_platform',
    'app_platform.secrets',
    environments.map((of) => ({
      ...keyOf(of),
      ...{ id: idOf(of), name: NAME, current_version: FIRST_VERSION, created_at: of.at, updated_at: of.at },
    })),
  ),
  tableRows(
    'app_platform',
    'app_platform.secret_versions',
    environments.map((of) => ({
      ...keyOf(of),
      ...{ secret_id: idOf(of), version: FIRST_VERSION, ...sealedOf(envelope, of), created_at: of.at },
    })),
  ),
]
