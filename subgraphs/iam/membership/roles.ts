import type { MemberRole } from './model.ts'

/** A role as the graph has it. */
export const GRAPH_ROLE_OF = {
  owner: 'OWNER',
  developer: 'DEVELOPER',
  viewer: 'VIEWER',
  billing: 'BILLING',
} as const satisfies Record<MemberRole, string>

type GraphRole = (typeof GRAPH_ROLE_OF)[MemberRole]

/** A role of the graph as memberships have it. */
export const MEMBER_ROLE_OF = {
  OWNER: 'owner',
  DEVELOPER: 'developer',
  VIEWER: 'viewer',
  BILLING: 'billing',
} as const satisfies Record<GraphRole, MemberRole>
