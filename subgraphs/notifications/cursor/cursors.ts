import { PLATFORM_SCOPE } from '../../../platform/access/scope.ts'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { Uuid } from '../../../platform/ids/id.ts'
import type { Places } from '../channel/model.ts'
import type { ChannelPlace } from '../channel/place-repository.ts'
import type { NotificationUnits } from '../units.ts'
import { createCursorCodec, type CursorCodec } from './cursor-codec.ts'

/** Reads and writes the cursors of streams. */
export interface Cursors {
  /** Ready after its first use: the key is read once in the life of a process. */
  readonly codec: () => Promise<CursorCodec>
}

export const createCursors = (units: NotificationUnits): Cursors => {
  let opened: Promise<CursorCodec> | undefined
  const open = async (): Promise<CursorCodec> =>
    createCursorCodec(await units.platform.read(PLATFORM_SCOPE, ({ epoch }) => epoch.cursorKey()))
  return {
    codec: () => {
      opened ??= open()
      opened.catch(() => (opened = undefined)) // a database that was away is asked again
      return opened
    },
  }
}

const placesBy = (channels: readonly ChannelPlace[], placeOf: (of: ChannelPlace) => bigint): Places =>
  new Map(channels.map((of) => [of.channel.id, placeOf(of)]))

/** Where a stream begins that was given no cursor: now. */
export const placesNow = (channels: readonly ChannelPlace[]): Places => placesBy(channels, ({ last }) => last)

/** Where a stream begins in channels that its reader came to while it was open. */
export const placesJoined = (channels: readonly ChannelPlace[]): Places => placesBy(channels, ({ joined }) => joined)

/**
 * Where a stream goes on. A channel that the cursor does not know was joined since, and is read from there on; one that the
 * reader left is passed over. Throws `INVALID_CURSOR` for a cursor that was changed, is another user's, or is of a time
 * that has not been yet, and `CURSOR_TOO_OLD`, with a cursor of now, when what it would go on with is gone.
 */
export const placesAfter = (
  cursor: string,
  userId: Uuid,
  codec: CursorCodec,
  channels: readonly ChannelPlace[],
): Places => {
  const read = codec.read(userId, cursor)
  if (!read.ok || channels.some(({ channel, last }) => (read.value.get(channel.id) ?? 0n) > last))
    throw catalogued('INVALID_CURSOR', { argument: 'after' })
  const places = placesBy(channels, ({ channel, joined }) => {
    const place = read.value.get(channel.id)
    if (place === undefined) return joined
    return channel.since === undefined || place > joined ? place : joined
  })
  if (channels.some(({ channel, removedThrough }) => (places.get(channel.id) ?? 0n) < removedThrough))
    throw catalogued('CURSOR_TOO_OLD', { argument: 'after', cursor: codec.write(userId, placesNow(channels)) })
  return places
}
