import { createHmac, timingSafeEqual } from 'node:crypto'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import { uuidBytes, uuidOf, type Uuid } from '../../../platform/ids/id.ts'
import type { Places } from '../channel/model.ts'

const VERSION = 1
const PLACE_BYTES = 24
const CODE_BYTES = 16

/**
 * Cursors of streams: a place in each of a user's channels, bound to that user and to this life of the database by an
 * authentication code (HMAC-SHA-256, 128 bits of it). A cursor holds no permission; the code tells what was changed,
 * belongs to another user, or comes from a database that is no more.
 */
export interface CursorCodec {
  readonly write: (userId: Uuid, places: Places) => string
  readonly read: (userId: Uuid, cursor: string) => Result<Places, 'INVALID_CURSOR'>
}

export const createCursorCodec = (key: Uint8Array): CursorCodec => {
  const codeOf = (userId: Uuid, payload: Buffer): Buffer =>
    createHmac('sha256', key).update(uuidBytes(userId)).update(payload).digest().subarray(0, CODE_BYTES)

  return {
    write: (userId, places) => {
      const payload = Buffer.alloc(1 + places.size * PLACE_BYTES)
      let at = payload.writeUInt8(VERSION)
      for (const [channel, place] of places) {
        at += uuidBytes(channel).copy(payload, at)
        at = payload.writeBigUInt64BE(place, at)
      }
      return Buffer.concat([payload, codeOf(userId, payload)]).toString('base64url')
    },

    read: (userId, cursor) => {
      const bytes = Buffer.from(cursor, 'base64url')
      const payload = bytes.subarray(0, Math.max(0, bytes.length - CODE_BYTES))
      const isWhole = payload.length > 0 && (payload.length - 1) % PLACE_BYTES === 0
      if (!isWhole || payload[0] !== VERSION || bytes.toString('base64url') !== cursor) return err('INVALID_CURSOR')
      if (!timingSafeEqual(bytes.subarray(payload.length), codeOf(userId, payload))) return err('INVALID_CURSOR')
      const places = new Map<Uuid, bigint>()
      for (let at = 1; at < payload.length; at += PLACE_BYTES) {
        places.set(uuidOf(payload.subarray(at, at + 16)), payload.readBigUInt64BE(at + 16))
      }
      return ok(places)
    },
  }
}
