/** Levels that variables may be nested: JSON is read to any depth, and written, coerced and compared by recursion. */
const MAX_LEVELS = 500

/** Whether values, as JSON has them, are nested deeper than 500 levels. Looks no deeper, and allocates nothing. */
export const isTooDeep = (values: Readonly<Record<string, unknown>>): boolean => {
  for (const name in values) if (exceeds(values[name], MAX_LEVELS)) return true
  return false
}

const exceeds = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (exceeds(item, levels - 1)) return true // of anything
    return false
  }
  const fields = value as Readonly<Record<string, unknown>> // an object, and no array
  for (const name in fields) if (exceeds(fields[name], levels - 1)) return true
  return false
}
