import { types } from 'node:util'
import { isSecretName } from '../log/secret-names.ts'
import { ShownOnce } from './shown-once.ts'

/** How JSON names what it does not know. No property of a result begins like this. */
const TAG = '~'

/**
 * The text under which the result of a change is kept for those who repeat it: plain objects, lists, dates, big
 * integers and maps. What is shown once is not in it, nor is any text that is called like a secret (R97). Throws at
 * anything else: a result holds data.
 */
export const writeResult = (result: unknown): string => JSON.stringify(packed(result))

/** What `writeResult` was given, but for what is shown once. */
export const readResult = (text: string): unknown => unpacked(JSON.parse(text))

const tagged = (kind: string, value: unknown) => ({ [TAG + kind]: value })

const packed = (value: unknown): unknown => {
  if (value === undefined) return tagged('undefined', null)
  if (typeof value === 'bigint') return tagged('bigint', value.toString())
  if (typeof value === 'function' || typeof value === 'symbol') throw new Error(`A result holds a ${typeof value}`)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(packed)
  if (types.isDate(value)) return tagged('date', value.toISOString())
  if (types.isMap(value)) return tagged('map', [...value].map(packed))
  if (value instanceof ShownOnce) return tagged('shownOnce', null)
  if (!isPlain(value)) throw new Error(`A result holds a ${value.constructor.name}`)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, held]) => held !== undefined && !(typeof held === 'string' && isSecretName(name)))
      .map(([name, held]) => [name, packed(held)]),
  )
}

/** Made by a literal, in whatever realm. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const unpacked = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unpacked)
  const entries: readonly [string, unknown][] = Object.entries(value)
  const [first] = entries
  if (first === undefined || entries.length > 1 || !first[0].startsWith(TAG))
    return Object.fromEntries(entries.map(([key, part]) => [key, unpacked(part)]))
  const [name, held] = first
  switch (name.slice(TAG.length)) {
    case 'bigint':
      return BigInt(String(held))
    case 'date':
      return new Date(String(held))
    case 'map':
      return new Map(unpacked(held) as [unknown, unknown][]) // packed as the entries of a map
    case 'shownOnce':
      return new ShownOnce()
    default:
      return undefined
  }
}
