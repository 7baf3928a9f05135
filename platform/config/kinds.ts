import { z } from 'zod'
import { Secret } from './secret.ts'

/** How the text of an environment variable becomes a value. */
export interface Kind<T> {
  readonly schema: z.ZodType<T, string>
  /** Completes the sentence "must be …"; said in messages and in the documentation. */
  readonly expected: string
  /** Secret values are never repeated in a message. */
  readonly exposure: 'plain' | 'secret'
}

const plain = <T>(expected: string, schema: z.ZodType<T, string>): Kind<T> => ({ schema, expected, exposure: 'plain' })

export const integer = (min: number, max: number): Kind<number> =>
  plain(
    `a whole number from ${min.toString()} to ${max.toString()}`,
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.int().min(min).max(max)),
  )

export const words = (): Kind<string> => plain('a text', z.string().min(1))

export const path = (): Kind<string> =>
  plain(
    'the path of a file or folder',
    z
      .string()
      .min(1)
      .refine((text) => !text.includes('\0')),
  )

export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names): Kind<Names[number]> =>
  plain(`one of ${names.join(', ')}`, z.enum(names))

const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1))

export const url = (...protocols: readonly string[]): Kind<string> =>
  plain(
    `a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    z.string().refine((text) => isUrl(text, protocols)),
  )

/** A URL that may hold a user name and a password. */
export const secretUrl = (...protocols: readonly string[]): Kind<Secret> => ({
  schema: url(...protocols).schema.transform((text) => new Secret(text)),
  expected: url(...protocols).expected,
  exposure: 'secret',
})

export const secret = (minimumLength: number): Kind<Secret> => ({
  schema: z
    .string()
    .min(minimumLength)
    .transform((text) => new Secret(text)),
  expected: `a secret of at least ${minimumLength.toString()} characters`,
  exposure: 'secret',
})

const partsOf = (text: string): readonly string[] => text.split(',').map((part) => part.trim())

/** Secrets, separated by commas: the first is in use, the others are still known. */
export const secrets = (minimumLength: number): Kind<readonly [Secret, ...Secret[]]> => ({
  schema: z
    .string()
    .transform(partsOf)
    .pipe(z.tuple([secret(minimumLength).schema], secret(minimumLength).schema)),
  expected: `a secret of at least ${minimumLength.toString()} characters, or several of them, separated by commas`,
  exposure: 'secret',
})

/** A secret that must be an object in JSON. */
export const secretJson = (expected: string): Kind<Secret> => ({
  schema: z
    .string()
    .refine(isJsonObject)
    .transform((text) => new Secret(text)),
  expected,
  exposure: 'secret',
})

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** A comma-separated list, each part read by `item`. */
export const list = <T>(item: Kind<T>): Kind<readonly T[]> =>
  plain(
    `a list, separated by commas, of which each is ${item.expected}`,
    z.string().transform(partsOf).pipe(z.array(item.schema)),
  )

/** `name=value,name=value`, each name one of `names`. */
export const mapOf = <Name extends string, T>(names: readonly Name[], item: Kind<T>): Kind<ReadonlyMap<Name, T>> => ({
  schema: z
    .string()
    .transform(entriesOf)
    .pipe(z.array(z.tuple([z.enum(names), item.schema])))
    .transform((entries) => new Map(entries)),
  expected: `a list, separated by commas, of name=value; names are ${names.join(', ')}; each value is ${item.expected}`,
  exposure: item.exposure,
})

const entriesOf = (text: string): [string, string][] =>
  partsOf(text).map((part) => {
    const at = part.indexOf('=')
    return at === -1 ? ['', part] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
  })
