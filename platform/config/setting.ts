import type { z } from 'zod'
import type { Kind } from './kinds.ts'

/** One environment variable: how it is read, and what the documentation says about it. */
export interface Setting<T> {
  readonly variable: string
  readonly schema: z.ZodType<T, string | undefined>
  readonly expected: string
  readonly exposure: 'plain' | 'secret'
  readonly default: string | undefined
  readonly example: string
  readonly about: string
}

interface Description<T> {
  readonly variable: string
  readonly kind: Kind<T>
  readonly example: string
  readonly about: string
}

const describe = <T>({ variable, kind, example, about }: Description<T>) => ({
  variable,
  expected: kind.expected,
  exposure: kind.exposure,
  example,
  about,
})

/** A setting with a value even when nobody sets it. */
export const setting = <T>(description: Description<T> & { readonly default: string }): Setting<T> => ({
  ...describe(description),
  schema: description.kind.schema.prefault(description.default),
  default: description.default,
})

/** A setting that may stay unset. */
export const optional = <T>(description: Description<T>): Setting<T | undefined> => ({
  ...describe(description),
  schema: description.kind.schema.optional(),
  default: undefined,
})
