import type { OrganizationScope, PlatformScope, SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Category } from '../template/model.ts'
import { BROADCAST, type Channel, type ChannelKind, type NewPost, type Post } from './model.ts'

/** What has a channel: a user, an organization, the platform. */
export type ChannelScope = SelfScope | OrganizationScope | PlatformScope

/** The channel of a scope: there is one for each. */
export const channelOf = (scope: ChannelScope): Channel => {
  switch (scope.kind) {
    case 'self':
      return { kind: 'USER', id: scope.userId }
    case 'organization':
      return { kind: 'ORGANIZATION', id: scope.organizationId }
    case 'platform':
      return BROADCAST
  }
}

/** One channel: what is written there, and what stands there. */
export class ChannelRepository {
  readonly #db: Transaction
  readonly #channel: Channel

  constructor(db: Transaction, scope: ChannelScope) {
    this.#db = db
    this.#channel = channelOf(scope)
  }

  /**
   * Gives a notice its place and writes it there, in one statement. The channel is held until the transaction ends: places
   * are taken in the order of commits, none is left out, and the ids of a channel have the order of its places whatever the
   * clocks of its writers say.
   */
  async append({ id, about, text, ...post }: NewPost): Promise<Post> {
    const { kind, id: channel } = this.#channel
    if (kind === 'BROADCAST') await this.#operate()
    const rows = await this.#db.$queryRaw<{ id: string; sequence: bigint }[]>`
      WITH place AS (
        INSERT INTO notifications.channels AS c (id, kind, last_sequence, last_id)
        VALUES (${channel}::uuid, ${kind}, 1, ${id}::uuid)
        ON CONFLICT (id) DO UPDATE SET last_sequence = c.last_sequence + 1,
          last_id = CASE WHEN excluded.last_id > c.last_id THEN excluded.last_id ELSE notifications.id_after(c.last_id) END
        RETURNING c.last_sequence, c.last_id
      )
      INSERT INTO notifications.notifications (channel_id, id, channel_kind, sequence, template, template_version,
        category, title, body, about_org_id,
        about_project_id, subject, correlation_id, traceparent, created_at)
      SELECT ${channel}::uuid, last_id, ${kind}, last_sequence, ${text.template}, ${text.templateVersion}::int,
        ${text.category}, ${text.title}, ${text.body},
        ${about?.organizationId ?? null}::uuid, ${about?.projectId ?? null}::uuid, ${post.subject}, ${post.correlationId}, ${post.traceparent}, ${post.createdAt}
      FROM place
      RETURNING id, sequence`
    const [row] = rows
    if (row === undefined) throw new Error('A statement that inserts one row gave none')
    const { correlationId: _, ...shown } = post
    const { templateVersion: __, ...told } = text
    const place = { id: uuidColumn(row.id), channel: this.#channel, sequence: row.sequence }
    return { ...shown, ...told, ...place, projectId: about?.projectId ?? null }
  }

  /** What came after a place, oldest first. */
  async after(sequence: bigint, limit: number): Promise<Post[]> {
    const rows = await this.#db.$queryRaw<PostRow[]>(Prisma.sql`
      SELECT ${POST_COLUMNS} FROM notifications.notifications n
      WHERE n.channel_id = ${this.#channel.id}::uuid AND n.sequence > ${sequence} ORDER BY n.sequence LIMIT ${limit}::int`)
    return rows.map(toPost)
  }

  /** Until the transaction ends everybody's channel may be written to (policies `broadcast_*`): no other unit of work can. */
  async #operate(): Promise<void> {
    await this.#db.$executeRaw`select set_config('app.operated', ${this.#channel.id}, true)`
  }
}

/** A row of `notifications.notifications`, as `POST_COLUMNS` reads it. */
export interface PostRow {
  id: string
  channelId: string
  channelKind: ChannelKind
  sequence: bigint
  template: string
  category: Category
  title: string
  body: string
  projectId: string | null
  subject: string | null
  traceparent: string | null
  createdAt: Date
}

/** Of the table by the name of `n`. */
export const POST_COLUMNS = Prisma.sql`n.id, n.channel_id AS "channelId", n.channel_kind AS "channelKind", n.sequence, n.template, n.category,
  n.title, n.body, n.about_project_id AS "projectId", n.subject, n.traceparent, n.created_at AS "createdAt"`

export const toPost = ({ id, channelId, channelKind, projectId, ...row }: PostRow): Post => ({
  id: uuidColumn(id),
  channel: { kind: channelKind, id: uuidColumn(channelId) },
  projectId: projectId === null ? null : uuidColumn(projectId),
  sequence: row.sequence,
  template: row.template,
  category: row.category,
  title: row.title,
  body: row.body,
  subject: row.subject,
  traceparent: row.traceparent,
  createdAt: row.createdAt,
})
