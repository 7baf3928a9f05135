import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, createHmac } from 'node:crypto'

/** One mutation that its caller may send again under the same key (R97). */
export interface KeyedCall {
  /** SHA-256 of the key. The key itself is not kept. */
  readonly key: Buffer
  /** HMAC-SHA-256 of the mutation and its input under the key: says that two inputs are equal, and not what they are. */
  readonly input: Buffer
  /** Whether what it changes is committed. */
  isDone: boolean
}

/** 1 to 255 characters of ASCII that can be printed. */
const KEY = /^[\x20-\x7e]{1,255}$/

export const isIdempotencyKey = (text: string): boolean => KEY.test(text)

/** `input` is coerced, without the key: equal inputs give equal calls, however they were written. */
export const keyedCall = (mutation: string, input: unknown, key: string): KeyedCall => ({
  key: createHash('sha256').update(key).digest(),
  input: createHmac('sha256', key)
    .update(canonicalJson([mutation, input]))
    .digest(),
  isDone: false,
})

const calls = new AsyncLocalStorage<KeyedCall>()

/** Everything that `work` changes is changed for this call. */
export const runKeyed = <T>(call: KeyedCall, work: () => T): T => calls.run(call, work)

/** Undefined where nobody gave a key. */
export const currentCall = (): KeyedCall | undefined => calls.getStore()

/** The names of an object in one order. Dates and big integers are their texts: a field has one type. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return part.toString()
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
  })
