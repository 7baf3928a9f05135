import { createHash } from 'node:crypto'
import type { Uuid } from '../../platform/ids/id.ts'

/**
 * A UUIDv7 (RFC 9562 section 5.7) made of a moment and a label instead of chance, so that demo data has the same ids
 * in every installation and documentation can name them.
 */
export const demoUuid = (label: string, moment: Date): Uuid => {
  const time = moment.getTime().toString(16).padStart(12, '0')
  const hash = createHash('sha256').update(label).digest('hex')
  const variant = ((parseInt(hash.charAt(3), 16) & 0x3) | 0x8).toString(16)
  const text = `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`
  return text as Uuid // forty-eight bits of time, version 7, the RFC's variant, the rest of the hash
}
