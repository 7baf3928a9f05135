import type { IdText } from '../../../platform/access/scope-ids.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import { selfId } from '../../../platform/ids/id.ts'
import type { ComputeResolvers } from '../resolver-types.ts'
import { DEFAULT_SIZE, type TerminalSession } from './model.ts'
import { closeTerminalPayload, openTerminalPayload, reattachTerminalPayload } from './payload.ts'

/** An id of another kind may be allowed by its project, and is still not a session's. */
const sessionId = (id: IdText, argument: string) => parseIdOrThrow('trm', id, argument)

/** Versions are counted from 1; 0 is before the first, and what no session has come to is past the newest. */
const versionAfter = (after: bigint | null | undefined): number | undefined => {
  if (after === null || after === undefined) return undefined
  if (after < 0n) throw catalogued('INVALID_INPUT', { argument: 'after' })
  return Number(after)
}

export const terminalSessionResolvers: Pick<
  ComputeResolvers,
  'Query' | 'Mutation' | 'Subscription' | 'Allocation' | 'TerminalSession'
> = {
  Query: {
    terminalSession: (_, { id }, { access, loaders }) =>
      loaders.terminalSession.load({ grant: access.project('COMPUTE_ALLOCATION_READ', id), id: sessionId(id, 'id') }),
  },
  Allocation: {
    terminalSessions: ({ id }, { filter, ...args }, { access, loaders }) => {
      const grant = access.project('COMPUTE_ALLOCATION_READ', id)
      const allocation = parseIdOrThrow('alc', id, 'id')
      const page = { ...idPage(args, 'Allocation.terminalSessions', filter), states: filter?.states ?? undefined }
      const key = { grant, id: allocation }
      return loadConnection(loaders.terminalsOfAllocation, page, key, (session) => session.id.local)
    },
  },
  TerminalSession: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.terminalSession.load({ grant: access.project('COMPUTE_ALLOCATION_READ', id), id: sessionId(id, 'id') }),
    allocation: ({ id, allocationId }, _, { access, loaders }) =>
      loaders.allocation.load({ grant: access.project('COMPUTE_ALLOCATION_READ', id), id: allocationId }),
    project: ({ id }) => ({ __typename: 'Project', id: selfId('prj', id.scope).text }),
    attachment: ({ generation }) => generation,
  },
  Mutation: {
    openTerminal: async (_, { input }, { access, compute }) =>
      openTerminalPayload(
        await compute.terminals.open(
          access.project('COMPUTE_TERMINAL_OPEN', input.allocationId, 'input.allocationId'),
          {
            allocationId: parseIdOrThrow('alc', input.allocationId, 'input.allocationId'),
            columns: input.columns ?? DEFAULT_SIZE.columns,
            rows: input.rows ?? DEFAULT_SIZE.rows,
            isRecorded: input.record ?? false,
            replaces: input.replaces ? sessionId(input.replaces, 'input.replaces') : undefined,
          },
        ),
      ),
    reattachTerminal: async (_, { input }, { access, compute }) =>
      reattachTerminalPayload(
        await compute.terminals.reattach(
          access.project('COMPUTE_TERMINAL_OPEN', input.sessionId, 'input.sessionId'),
          sessionId(input.sessionId, 'input.sessionId'),
        ),
      ),
    closeTerminal: async (_, { input }, { access, compute }) => {
      const grant = access.project('COMPUTE_TERMINAL_OPEN', input.sessionId, 'input.sessionId')
      const id = sessionId(input.sessionId, 'input.sessionId')
      const manages = access.decide({ kind: 'project', capability: 'COMPUTE_TERMINAL_MANAGE', projectId: id.scope })
      return closeTerminalPayload(await compute.terminals.close(grant, manages.allowed ? 'any' : 'own', id))
    },
  },
  Subscription: {
    terminalSession: {
      subscribe: (_, { id, after }, { access, compute, cancellation: { signal } }) =>
        compute.terminalLive.open({ access, id: sessionId(id, 'id'), after: versionAfter(after), signal }),
      resolve: (session: TerminalSession) => session,
    },
  },
}
