import type { ScopePath } from './rule.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const collect = (value: unknown, path: ScopePath, into: string[]): boolean => {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => collect(item, path, into))
  const [name, ...rest] = path
  if (name === undefined) {
    if (typeof value !== 'string' || value === '') return false
    into.push(value)
    return true
  }
  return isRecord(value) && Object.hasOwn(value, name) && collect(value[name], rest, into)
}

/**
 * The ids at a path of a field's arguments, through inputs and lists, each of which is to be decided. Refused as a
 * whole when anything is null, missing or empty on the way: then no scope is known.
 */
export const idsAt = (values: unknown, path: ScopePath): Result<readonly [string, ...string[]], 'INVALID_ID'> => {
  const ids: string[] = []
  if (!collect(values, path, ids)) return err('INVALID_ID')
  const [first, ...others] = new Set(ids)
  return first === undefined ? err('INVALID_ID') : ok([first, ...others])
}
