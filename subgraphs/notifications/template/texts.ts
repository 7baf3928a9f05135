import { z } from 'zod'
import type { Category } from './model.ts'

const code = z.string().min(1).max(64)
const words = z.string().min(1).max(4_000)

/** The parameters of every text that is stored; a text uses these and no others. */
export const TEMPLATES = {
  'allocation-active': z.strictObject({ skuCode: code }),
  'allocation-released': z.strictObject({ skuCode: code }),
  'allocation-failed': z.strictObject({ skuCode: code, reason: code }),
  'project-created': z.strictObject({}),
  'organization-suspended': z.strictObject({}),
  'organization-resumed': z.strictObject({}),
  'member-added': z.strictObject({ where: code, role: code }),
  'member-role-changed': z.strictObject({ where: code, role: code }),
  'member-removed': z.strictObject({ where: code }),
  'api-key-created': z.strictObject({}),
  'api-key-rotated': z.strictObject({}),
  'api-key-revoked': z.strictObject({}),
  'sign-in': z.strictObject({ at: z.iso.datetime() }),
  'webhook-endpoint-disabled': z.strictObject({ reason: code }),
  announcement: z.strictObject({ title: words, body: words }),
} as const

export type TemplateKey = keyof typeof TEMPLATES
export type ParametersOf<Key extends TemplateKey> = z.infer<(typeof TEMPLATES)[Key]>

/** One version of a text, as it is stored. */
export interface Template {
  readonly key: TemplateKey
  readonly version: number
  readonly category: Category
  readonly title: string
  readonly body: string
}

/** A text with its parameters: what a notice says. */
export interface Rendered {
  readonly template: TemplateKey
  readonly templateVersion: number
  readonly category: Category
  readonly title: string
  readonly body: string
}

const PLACEHOLDER = /\{\{(\w+)\}\}/g

// Control characters but for line breaks, and what turns the direction of text around: a value is read, it steers nothing.
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu
const withoutSteering = (value: string): string => value.replace(STEERING, (found) => (found === '\n' ? found : ' '))

/** The names of the parameters that a text uses. */
export const placeholdersOf = ({ title, body }: Pick<Template, 'title' | 'body'>): ReadonlySet<string> =>
  new Set([...`${title} ${body}`.matchAll(PLACEHOLDER)].map(([, name = '']) => name))

/**
 * Fills a text in. Values stand for themselves: what looks like a placeholder in one is none. They are plain text, as the
 * whole is; who shows it as markup escapes it as they do all text. Throws for parameters that are not the text's.
 */
export const render = <Key extends TemplateKey>(
  template: Template,
  key: Key,
  parameters: ParametersOf<Key>,
): Rendered => {
  const given = TEMPLATES[key].parse(parameters)
  const values = new Map(Object.entries<string>(given))
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (_, name: string) => {
      const value = values.get(name)
      if (value === undefined) throw new Error(`The text ${key} has no parameter ${name}`)
      return withoutSteering(value)
    })
  return {
    ...{ template: key, templateVersion: template.version, category: template.category },
    ...{ title: fill(template.title), body: fill(template.body) },
  }
}
