import type { SelfScope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Places } from './model.ts'
import { channelsWithin, floorOf, type ReadableChannel } from './readable.ts'

/** How far a channel is, as one reader may know it. */
export interface ChannelPlace {
  readonly channel: ReadableChannel
  readonly last: bigint
  /** Up to here everything is gone by age. */
  readonly removedThrough: bigint
  /** The last place before the reader came to the channel; `last` where nobody can tell when that was. */
  readonly joined: bigint
}

interface PlaceRow {
  id: string
  last: bigint
  removedThrough: bigint
  joined: bigint
}

/** Where a user may begin to read, in each of their channels. */
export class PlaceRepository {
  readonly #db: Transaction
  readonly #scope: SelfScope

  constructor(db: Transaction, scope: SelfScope) {
    this.#db = db
    this.#scope = scope
  }

  /** All of them that are in scope as of one moment, in the order in which they were given. */
  async of(wanted: readonly ReadableChannel[]): Promise<readonly ChannelPlace[]> {
    const channels = channelsWithin(this.#scope, wanted)
    const rows = await this.#db.$queryRaw<PlaceRow[]>`
      SELECT c.id, c.last_sequence AS last, c.removed_through AS "removedThrough", coalesce(
        (SELECT n.sequence - 1 FROM notifications.notifications n
          WHERE wanted.has_floor AND n.channel_id = c.id AND n.id >= wanted.floor ORDER BY n.id LIMIT 1), c.last_sequence) AS joined
      FROM unnest(${channels.map(({ id }) => id)}::uuid[], ${channels.map(floorOf)}::uuid[], ${channels.map(({ since }) => since !== undefined)}::bool[])
        AS wanted (id, floor, has_floor) JOIN notifications.channels c ON c.id = wanted.id`
    const found = new Map(rows.map((row) => [row.id, row]))
    return channels.map((channel) => {
      const { last = 0n, removedThrough = 0n, joined = 0n } = found.get(channel.id) ?? {}
      return { channel, last, removedThrough, joined }
    })
  }

  /** For each notice, by its id: where its reader is who has just seen it and everything older in every channel. */
  async behind(notices: readonly Uuid[], wanted: readonly ReadableChannel[]): Promise<ReadonlyMap<Uuid, Places>> {
    const channels = channelsWithin(this.#scope, wanted)
    const rows = await this.#db.$queryRaw<{ notice: string; channel: string; place: bigint }[]>`
      SELECT i.id AS notice, c.id AS channel, coalesce(
        (SELECT n.sequence - 1 FROM notifications.notifications n WHERE n.channel_id = c.id AND n.id > i.id ORDER BY n.id LIMIT 1),
        c.last_sequence) AS place
      FROM unnest(${notices}::uuid[]) AS i (id) CROSS JOIN notifications.channels c
      WHERE c.id = ANY (${channels.map(({ id }) => id)}::uuid[])`
    const places = new Map<Uuid, Map<Uuid, bigint>>(
      notices.map((id) => [id, new Map(channels.map((channel) => [channel.id, 0n]))]),
    )
    for (const { notice, channel, place } of rows) places.get(uuidColumn(notice))?.set(uuidColumn(channel), place)
    return places
  }
}
