import type { OrganizationId } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { ChannelKind } from '../channel/model.ts'

/** What an operator has to say, to everybody or to the members of one organization. */
export interface Announcement {
  readonly title: string
  readonly body: string
  readonly organizationId: OrganizationId | undefined
}

export interface SentBroadcast {
  readonly channel: ChannelKind
  readonly organizationId: OrganizationId | null
  readonly title: string
  readonly body: string
  readonly sentAt: Date
}

export type BroadcastRefusal = 'TITLE_INVALID' | 'BODY_INVALID' | 'ORGANIZATION_NOT_FOUND'

const MAX_TITLE = 120
const MAX_BODY = 2_000

const isPrintable = (text: string, lines: 'one-line' | 'many-lines'): boolean =>
  !/\p{Cc}|\p{Cf}|\p{Cs}/u.test(lines === 'many-lines' ? text.replaceAll('\n', ' ') : text)

/** With the white space around them dropped. */
export const parseAnnouncement = (announcement: Announcement): Result<Announcement, BroadcastRefusal> => {
  const [title, body] = [announcement.title, announcement.body].map((text) => text.trim().normalize('NFC'))
  if (!title || title.length > MAX_TITLE || !isPrintable(title, 'one-line')) return err('TITLE_INVALID')
  if (!body || body.length > MAX_BODY || !isPrintable(body, 'many-lines')) return err('BODY_INVALID')
  return ok({ ...announcement, title, body })
}
