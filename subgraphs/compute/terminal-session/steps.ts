import type { ProjectScope } from '../../../platform/access/scope.ts'
import type { WriteTools } from '../../../platform/database/unit-of-work.ts'
import { terminalSessionChanged } from '../../../platform/events/catalogue.ts'
import type { SessionPlace } from './hints.ts'
import type { TerminalSession, TerminalStep } from './model.ts'

/** As the audit log names what happens to a session. A token is issued by `open` or `reattach`, whose row says so. */
const ACTIONS = {
  open: 'compute.terminal.open',
  issue: undefined,
  connect: 'compute.terminal.connect',
  activate: 'compute.terminal.activate',
  detach: 'compute.terminal.detach',
  close: 'compute.terminal.close',
} as const satisfies Record<TerminalStep | 'open', string | undefined>

/** Leaves what every change of a session leaves: its row in the audit log, and its event. */
export const noteStep = (
  step: TerminalStep | 'open',
  session: TerminalSession,
  { audit, outbox }: Pick<WriteTools, 'audit' | 'outbox'>,
): void => {
  const { id, allocationId, version, state, generation, openedBy, closeReason, exitCode } = session
  const action = ACTIONS[step]
  if (action !== undefined) {
    audit.succeeded(action, id.text, {
      ...{ allocation: allocationId.text, openedBy, version, attachment: generation },
      ...(closeReason !== undefined && { reason: closeReason }),
      ...(exitCode !== undefined && { exitCode }),
    })
  }
  const owner = { organizationId: session.organizationId, projectId: id.scope }
  outbox.add(
    terminalSessionChanged.create(owner, {
      ...{ sessionId: id.local, allocationId: allocationId.local, version, state },
      closeReason: closeReason ?? null,
    }),
  )
}

export const placeOf = (scope: ProjectScope, session: TerminalSession): SessionPlace => ({
  scope,
  allocationId: session.allocationId.local,
  nodeId: session.nodeId,
  sessionId: session.id.local,
})
