import type { Rule } from './rule.ts'
import { errorOf, type GuardedRule, type Verdict } from './verdict.ts'
import type { Access } from '../platform/access/access.ts'
import type { Denial, DenialRecorder } from '../platform/access/denials.ts'
import type { IdText } from '../platform/access/scope-ids.ts'
import type { CataloguedError } from '../platform/errors/catalogue.ts'

/** Why a field is denied: the error that the caller gets, and what audit keeps beside it. */
export interface FieldDenial {
  readonly error: CataloguedError
  readonly code: Denial['code']
  readonly scope: Denial['scope']
}

const NO_SCOPE: Denial['scope'] = {}

/** Where an attempt was aimed, as far as its id tells. */
const aimOf = (scope: GuardedRule, id: IdText | undefined, { ids, grants }: Access): Denial['scope'] => {
  if (id === undefined) return NO_SCOPE
  switch (scope.kind) {
    case 'project': {
      const project = ids.project(id)
      if (!project.ok) return NO_SCOPE
      const organizationId = grants.projects.get(project.value)?.organizationId
      return { projectId: project.value, ...(organizationId !== undefined && { organizationId }) }
    }
    case 'organization': {
      const organization = ids.organization(id)
      return organization.ok ? { organizationId: organization.value } : NO_SCOPE
    }
    case 'self':
    case 'platform':
      return NO_SCOPE
  }
}

/** The denial of a rule in the scope of one id; `argument` is what an `INVALID_ID` names. */
export const denialOf = (
  verdict: Exclude<Verdict, { allowed: true }>,
  scope: GuardedRule,
  id: IdText | undefined,
  access: Access,
  argument: string,
): FieldDenial => ({ error: errorOf(verdict, argument), code: verdict.code, scope: aimOf(scope, id, access) })

/** Tells audit of the denials of a field that is `@audited`. */
export const recordDenials = (recorder: DenialRecorder | undefined, { coordinate, audited }: Rule) =>
  recorder &&
  audited &&
  (({ code, scope }: FieldDenial, { principal }: Access): void => {
    recorder.record({ coordinate, action: audited.action, code, principal, scope })
  })
