import type { Brand } from '../../platform/ids/brand.ts'
import { err, ok, type Result } from '../../platform/result/result.ts'

/** What people call an organization or a project: 2 to 80 characters, no space around it. */
export type DisplayName = Brand<string, 'DisplayName'>

/** What addresses use: 3 to 40 lower-case letters, digits and inner hyphens. */
export type Slug = Brand<string, 'Slug'>

export const parseDisplayName = (text: string): Result<DisplayName, 'NAME_INVALID'> => {
  const name = text.trim().normalize('NFC')
  const printable = !/\p{Cc}|\p{Cf}|\p{Cs}/u.test(name)
  return printable && name.length >= 2 && name.length <= 80
    ? ok(name as DisplayName /* just checked */)
    : err('NAME_INVALID')
}

export const parseSlug = (text: string): Result<Slug, 'SLUG_INVALID'> =>
  /^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$/.test(text) ? ok(text as Slug /* just matched */) : err('SLUG_INVALID')

/** Why somebody did what others will ask about: 3 to 500 printable characters. */
export type Reason = Brand<string, 'Reason'>

export const parseReason = (text: string): Result<Reason, 'REASON_INVALID'> => {
  const reason = text.trim().normalize('NFC')
  const printable = !/\p{Cc}|\p{Cf}|\p{Cs}/u.test(reason)
  return printable && reason.length >= 3 && reason.length <= 500
    ? ok(reason as Reason /* just checked */)
    : err('REASON_INVALID')
}

/** A slug made of a name: accents dropped, everything else that a slug refuses becomes a hyphen. */
export const slugOf = (name: DisplayName): Result<Slug, 'SLUG_INVALID'> =>
  parseSlug(
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40)
      .replace(/-+$/, ''),
  )
