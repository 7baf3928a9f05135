import { demoUuid } from './demo-id.ts'
import { tableRows, userRows, type TableRows } from './rows.ts'
import { northwind, users, vision } from './tenants.ts'

const HOUR = 3_600_000

interface SharedNotice {
  readonly hours: number
  readonly template: string
  readonly category: string
  readonly title: string
  readonly body: string
  readonly project?: string
}

const TO_MEMBERS: readonly SharedNotice[] = [
  {
    ...{ hours: 40, template: 'project-created', category: 'ORGANIZATION', project: vision.id },
    ...{ title: 'A project was created', body: 'A project was created in your organization.' },
  },
  {
    ...{ hours: 20, template: 'announcement', category: 'ANNOUNCEMENT', title: 'Your quota was raised' },
    body: 'Northwind Robotics may hold 32 GPUs at once from now on.',
  },
]

const TO_EVERYBODY: readonly SharedNotice[] = [
  {
    ...{ hours: 10, template: 'announcement', category: 'ANNOUNCEMENT', title: 'Maintenance on Sunday' },
    body: 'Region eu-north-1 takes no new allocations on Sunday between 02:00 and 03:00 UTC. What runs goes on.',
  },
]

/** A channel that several read, with what was told there. */
const sharedRows = (
  { kind, id }: { readonly kind: 'ORGANIZATION' | 'BROADCAST'; readonly id: string },
  notices: readonly SharedNotice[],
  now: Date,
): TableRows[] => {
  const operated = kind === 'BROADCAST' ? { operated: id } : {}
  return [
    {
      ...tableRows('notifications', 'notifications.channels', [{ id, kind, last_sequence: notices.length }]),
      ...operated,
    },
    {
      ...tableRows(
        'notifications',
        'notifications.notifications',
        notices.map(({ hours, template, category, title, body, project }, index) => {
          const at = new Date(now.getTime() - hours * HOUR)
          return {
            ...{ channel_id: id, id: demoUuid(`ntf ${id} ${String(index)}`, at), channel_kind: kind },
            ...{ sequence: index + 1, template, category, title, body },
            about_org_id: kind === 'ORGANIZATION' ? id : null,
            about_project_id: project ?? null,
            ...{ subject: null, correlation_id: 'demo', created_at: at },
          }
        }),
      ),
      ...operated,
    },
  ]
}

const BROADCAST_ID = '00000000-0000-0000-0000-000000000000'

/** Notices in the channels of two users, of an organization and of everybody. */
export const notificationRows = (now: Date): TableRows[] => [
  ...sharedRows({ kind: 'ORGANIZATION', id: northwind.id }, TO_MEMBERS, now),
  ...sharedRows({ kind: 'BROADCAST', id: BROADCAST_ID }, TO_EVERYBODY, now),
  ...userNoticeRows(now),
]

const userNoticeRows = (now: Date): TableRows[] => {
  const told = users.filter(({ email }) => ['owner@northwind.example', 'developer@northwind.example'].includes(email))
  const hourAgo = (hours: number) => new Date(now.getTime() - hours * HOUR)
  const notices = [
    {
      label: 'welcome',
      at: hourAgo(48),
      title: 'Welcome to GPUaaS',
      body: 'Your organization is ready. Allocate a machine to begin.',
      project: null,
    },
    {
      label: 'vision active',
      at: hourAgo(30),
      title: 'notebook is active',
      body: 'The allocation notebook in Vision is ready to use.',
      project: vision,
    },
  ]
  return [
    userRows(
      'notifications',
      'notifications.channels',
      'id',
      told.map(({ id }) => ({ id, kind: 'USER', last_sequence: notices.length })),
    ),
    userRows(
      'notifications',
      'notifications.notifications',
      'channel_id',
      told.flatMap(({ id: channel }) =>
        notices.map(({ label, at, title, body, project }, index) => ({
          channel_id: channel,
          id: demoUuid(`ntf ${channel} ${label}`, at),
          channel_kind: 'USER',
          sequence: index + 1,
          template: project ? 'allocation-active' : 'welcome',
          category: project ? 'COMPUTE' : 'ANNOUNCEMENT',
          title,
          body,
          about_org_id: project?.organization.id ?? null,
          about_project_id: project?.id ?? null,
          subject: null,
          correlation_id: 'demo',
          created_at: at,
        })),
      ),
    ),
  ]
}
