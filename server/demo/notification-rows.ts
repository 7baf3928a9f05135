import { demoUuid } from './demo-id.ts'
import { userRows, type TableRows } from './rows.ts'
import { users, vision } from './tenants.ts'

const HOUR = 3_600_000

/** Two notices in the channel of everybody who may be told about them. */
export const notificationRows = (now: Date): TableRows[] => {
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
