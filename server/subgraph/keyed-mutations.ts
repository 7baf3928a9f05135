import type { GraphQLSchema } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { isIdempotencyKey, keyedCall, runKeyed } from '../../platform/idempotency/keyed-call.ts'

/** What every mutation takes (schema/idempotency-keys.ts). */
interface Keyed {
  readonly input?: Readonly<Record<string, unknown>>
}

const ARGUMENT = 'input.idempotencyKey'
const KEY_RULE = 'An idempotency key has 1 to 255 printable ASCII characters.'

/**
 * Has every mutation of an executable schema heed its `input.idempotencyKey`, which resolvers do not see: what they change
 * is changed once, in the transaction of the change (platform/database/units.ts). To be done before the rules are
 * enforced: their guards then stand around it, and a call that is repeated is authorised like the first.
 */
export const keyMutations = (schema: GraphQLSchema): void => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve, name } = field
    if (!resolve) continue
    field.resolve = (source, args: Keyed, context, info): unknown => {
      if (args.input?.['idempotencyKey'] === undefined) return resolve(source, args, context, info)
      const { idempotencyKey: key, ...input } = args.input
      const run = (): unknown => resolve(source, { ...args, input }, context, info)
      if (typeof key !== 'string') return run()
      if (!isIdempotencyKey(key)) throw catalogued('INVALID_INPUT', { argument: ARGUMENT }, { message: KEY_RULE })
      return runKeyed(keyedCall(name, input, key), run)
    }
  }
}
