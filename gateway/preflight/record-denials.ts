import type { Rules } from '../../directives/rule.ts'
import { verdictOf, type GuardedRule } from '../../directives/verdict.ts'
import type { Access } from '../../platform/access/access.ts'
import type { Denial, DenialRecorder } from '../../platform/access/denials.ts'
import type { CataloguedError } from '../../platform/errors/catalogue.ts'
import type { Places } from './compile-places.ts'
import type { DeniedField } from './denied-fields.ts'
import type { Asking } from './preflight.ts'
import type { Requirement } from './requirements.ts'
import type { CoercedVariables } from './scope-source.ts'

export interface RefusedField extends DeniedField {
  readonly error: CataloguedError
}

/** Tells the recorder of each audited root field that a request was denied, once each. */
export const recordDenials = (
  recorder: DenialRecorder,
  { root, requirements }: Places,
  rules: Rules,
  refused: readonly RefusedField[],
  { principal, access, variables }: Asking,
): void => {
  const first = new Map<string, RefusedField>()
  for (const field of refused) if (!first.has(field.rootKey)) first.set(field.rootKey, field)
  for (const [key, { denying, error }] of first) {
    const coordinate = root.fields.get(key)?.coordinate
    const action = coordinate !== undefined && rules.get(coordinate)?.audited?.action
    if (coordinate === undefined || action === undefined || action === false || !isDenialCode(error.code)) continue
    const asked = [...denying, ...(root.fields.get(key)?.checks ?? [])].flatMap(
      (number) => requirements[number - 1] ?? [],
    )
    recorder.record({ coordinate, action, code: error.code, principal, scope: scopeOf(asked, variables, access) })
  }
}

/** The first denied scope, as far as its id tells. */
const scopeOf = (
  asked: readonly Requirement[],
  variables: CoercedVariables,
  access: Access | undefined,
): Denial['scope'] => {
  if (!access) return {}
  for (const { scope, source } of asked) {
    const ids = source?.read(variables)
    const denied = ids?.ok === true ? ids.value.find((id) => !verdictOf(scope, id, access).allowed) : undefined
    const id = denied ?? (ids?.ok === true ? ids.value[0] : undefined)
    const aimed = id === undefined ? undefined : scopeOfId(scope.kind, id, access)
    if (aimed) return aimed
  }
  return {}
}

const scopeOfId = (kind: GuardedRule['kind'], id: string, { ids, grants }: Access): Denial['scope'] | undefined => {
  if (kind === 'organization') {
    const organization = ids.organization(id)
    return organization.ok ? { organizationId: organization.value } : undefined
  }
  const project = ids.project(id)
  if (kind !== 'project' || !project.ok) return undefined
  return { projectId: project.value, organizationId: grants.projects.get(project.value)?.organizationId }
}

const DENIAL_CODES = {
  UNAUTHENTICATED: true,
  ACTOR_DISABLED: true,
  ORGANIZATION_SUSPENDED: true,
  PROJECT_ACCESS_DENIED: true,
  ORGANIZATION_ACCESS_DENIED: true,
  SELF_ACCESS_DENIED: true,
  PLATFORM_ACCESS_DENIED: true,
  CAPABILITY_REQUIRED: true,
  MFA_REQUIRED: true,
  INVALID_ID: true,
} as const satisfies Record<Denial['code'], true>

const isDenialCode = (code: string): code is Denial['code'] => Object.hasOwn(DENIAL_CODES, code)
