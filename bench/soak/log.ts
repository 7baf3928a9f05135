import { Client } from 'pg'
import { userOf } from '../../server/demo/tenants.ts'
import type { DemoEmail } from '../../identity/demo-users.ts'
import { notificationId } from '../../subgraphs/notifications/notification/model.ts'
import type { Uuid } from '../../platform/ids/id.ts'

/** One row of the log of notifications: what a reader must be told. */
interface Row {
  readonly channel: string
  readonly sequence: number
  readonly subject: string
  readonly template: string
}

/** What the database says that each user was told, by the id that the user sees. */
export interface NotificationLog {
  /** Reads what is new. Rejects while the database is away. */
  readonly refresh: () => Promise<void>
  readonly rowsOf: (email: DemoEmail) => ReadonlyMap<string, Row>
  /** Of these releases of allocations, how often one was told to somebody not at all. */
  readonly untold: (released: readonly string[]) => number
}

/** Begins after what is there now. */
export const openLog = async (url: string, emails: readonly DemoEmail[]): Promise<NotificationLog> => {
  const found = new Map<DemoEmail, Map<string, Row>>(emails.map((email) => [email, new Map()]))
  const last = new Map<string, string>()

  const query = async (use: (client: Client) => Promise<void>): Promise<void> => {
    const client = new Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    await use(client).finally(() => client.end())
  }

  await query(async (client) => {
    for (const email of emails) {
      const { rows } = await client.query<{ last: string | null }>(
        'select max(sequence)::text as last from notifications.notifications where channel_id = $1',
        [userOf(email).id],
      )
      last.set(email, rows[0]?.last ?? '0')
    }
  })

  return {
    refresh: () =>
      query(async (client) => {
        for (const email of emails) {
          const { id: userId } = userOf(email)
          const { rows } = await client.query<{ id: Uuid; sequence: string; subject: string; template: string }>(
            `select id, sequence::text, subject, template from notifications.notifications
             where channel_id = $1 and sequence > $2 order by sequence`,
            [userId, last.get(email)],
          )
          for (const { id, sequence, subject, template } of rows) {
            const row = { channel: userId, sequence: Number(sequence), subject, template }
            found.get(email)?.set(notificationId(userId, id).text, row)
            last.set(email, sequence)
          }
        }
      }),
    rowsOf: (email) => found.get(email) ?? new Map(),
    untold: (released) =>
      [...found.values()].reduce((sum, rows) => {
        const releases = [...rows.values()].filter(({ template }) => template === 'allocation-released')
        const told = new Set(releases.map(({ subject }) => subject))
        return sum + released.filter((id) => !told.has(id)).length
      }, 0),
  }
}
