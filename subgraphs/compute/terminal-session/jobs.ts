import { systemGrant } from '../../../platform/access/authorize.ts'
import { projectScope, type ProjectScope } from '../../../platform/access/scope.ts'
import { isUuid, ownedId } from '../../../platform/ids/id.ts'
import type { JobHandler, JobPayload } from '../../../platform/jobs/jobs.ts'
import type { TerminalChecks } from './checks.ts'
import type { TerminalSessionId } from './model.ts'

export const CHECK_TERMINAL_JOB = 'compute.check-terminal'

export const checkKey = (id: TerminalSessionId): string => `${CHECK_TERMINAL_JOB}:${id.local}`

/** Ids alone: a job reads its truth from the session's row (R77). */
export const checkPayload = ({ organizationId, projectId }: ProjectScope, id: TerminalSessionId): JobPayload => ({
  organizationId,
  projectId,
  sessionId: id.local,
})

export const terminalJobs = (checks: TerminalChecks): Readonly<Record<string, JobHandler>> => ({
  [CHECK_TERMINAL_JOB]: async ({ organizationId = '', projectId = '', sessionId = '' }) => {
    if (!isUuid(organizationId) || !isUuid(projectId) || !isUuid(sessionId)) {
      throw new Error(`${CHECK_TERMINAL_JOB} needs three ids`)
    }
    const grant = systemGrant(projectScope(organizationId, projectId), CHECK_TERMINAL_JOB)
    await checks.check(grant, ownedId('trm', projectId, sessionId))
  },
})
