import type { Uuid } from '../../platform/ids/id.ts'
import { demoUuid } from '../../server/demo/demo-id.ts'
import { aurora, northwind, planning, vision } from '../../server/demo/tenants.ts'

type Statement = readonly [sql: string, values: readonly unknown[]]

const ARRANGED = new Date('2026-01-12T09:00:00Z')
const idOf = (label: string) => demoUuid(`proof ${label}`, ARRANGED)

/** Whose things are asked for, and whose things stand beside them. */
export const TARGET = { organization: northwind, project: vision, neighbour: planning, foreign: aurora } as const

/** People whom the demonstration does not have: who was removed, and who is at home in the neighbouring project alone. */
export const REMOVED = { id: idOf('removed'), subject: 'proof-removed' }
export const NEIGHBOUR = { id: idOf('neighbour'), subject: 'proof-neighbour' }
/** Signs in, and iam has never heard of the subject. */
export const UNKNOWN_SUBJECT = 'proof-unknown'

const user = ({ id, subject }: typeof REMOVED): Statement => [
  `insert into iam.users (id, subject, email, display_name, created_at) values ($1, $2, $2 || '@northwind.example', $2, $3)`,
  [id, subject, ARRANGED],
]

/** Was an owner of the organization and of the project, until the membership ended. */
const removed: readonly Statement[] = [
  [
    `insert into iam.organization_memberships (org_id, id, user_id, role, created_at, deleted_at) values ($1, $2, $3, 'owner', $4, $4)`,
    [northwind.id, idOf('membership removed'), REMOVED.id, ARRANGED],
  ],
  [
    `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at, deleted_at) values ($1, $2, $3, $4, 'owner', $5, $5)`,
    [northwind.id, vision.id, idOf('membership removed vision'), REMOVED.id, ARRANGED],
  ],
]

const neighbour: Statement = [
  `insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at) values ($1, $2, $3, $4, 'owner', $5)`,
  [northwind.id, planning.id, idOf('membership neighbour'), NEIGHBOUR.id, ARRANGED],
]

/** What the platform did, in the log of the organization or, without one, in its own. */
export const AUDITED = { organization: idOf('audited'), platform: idOf('audited platform') }

const audited = (id: string, organization: string | null): Statement => [
  `insert into iam.audit_log (id, occurred_at, action, target, result, actor_kind, actor_id, org_id, correlation_id, details)
   values ($1, $2, 'proof.arranged', 'proof', 'SUCCEEDED', 'system', 'proof', $3, 'proof-of-access', '{}')`,
  [id, ARRANGED, organization],
]

/** An endpoint that nobody is sent to, and what it was told before. */
const webhook = (organization: Uuid, label: string): readonly Statement[] => [
  [
    `insert into notifications.webhook_endpoints (org_id, id, url, description, event_types, state, disabled_reason,
       disabled_at, created_at, updated_at, last_sequence, position, attempts)
     values ($1, $2, 'https://hooks.partner.example/', 'proof', '{app.created}', 'DISABLED', 'REQUESTED', $3, $3, $3, 1, 1, 0)`,
    [organization, idOf(`webhook ${label}`), ARRANGED],
  ],
  [
    `insert into notifications.webhook_deliveries (org_id, id, endpoint_id, sequence, event_id, event_type, occurred_at,
       payload, status, attempts, created_at)
     values ($1, $2, $3, 1, $2, 'app.created', $4, '{}', 'DELIVERED', 1, $4)`,
    [organization, idOf(`webhook delivery ${label}`), idOf(`webhook ${label}`), ARRANGED],
  ],
]

/** What is written, as the owner of the database, beside the demonstration. */
export const arrangement: readonly Statement[] = [
  ...[user(REMOVED), user(NEIGHBOUR), ...removed, neighbour],
  ...[audited(AUDITED.organization, northwind.id), audited(AUDITED.platform, null)],
  ...webhook(northwind.id, 'target'),
  ...webhook(aurora.id, 'foreign'),
]
