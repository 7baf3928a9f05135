import { errorOf, stepUpOf, verdictOf, verdictOfObject } from '../../directives/verdict.ts'
import type { Access } from '../../platform/access/access.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'
import type { DataObject } from '../execution/data.ts'
import type { Denying, RowCheck } from './place.ts'

/** What was decided for one request, and by what the rest is decided while it runs. */
export interface Decisions {
  /** Why each denied requirement is denied, by its number. */
  readonly errors: readonly (CataloguedError | undefined)[]
  /** Undefined where nobody's grants are known, or nothing is left to decide. */
  readonly access: Access | undefined
  readonly clock: Clock
}

/** Of several reasons the one that says most: an id of another kind of thing says nothing of the caller. */
export const reasonOf = (denying: Denying, { errors }: Decisions): CataloguedError => {
  const reasons = denying.flatMap((requirement) => errors[requirement] ?? [])
  return reasons.find(({ code }) => code !== 'INVALID_ID') ?? reasons[0] ?? catalogued('INTERNAL')
}

/** The first reason why an object, or one of its fields, is denied: each distinct scope costs once, each row a look-up. */
export const denyingRow = (
  rows: readonly RowCheck[],
  object: DataObject,
  { access, clock }: Decisions,
): CataloguedError | undefined => {
  if (!access) return undefined
  for (const { scope, field, read, sensitive, isSettled } of rows) {
    const value = read?.(object)
    if (isSettled && (value === undefined || value === null)) continue
    const id = idOf(value)
    const stepUp = stepUpOf({ sensitive }, clock)
    const verdict = stepUp ? verdictOf(scope, id, access, stepUp) : verdictOfObject(scope, id, access)
    if (!verdict.allowed) return errorOf(verdict, field)
  }
  return undefined
}

/** An ID travels as text or as a whole number; anything else carries no scope. */
const idOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' && Number.isSafeInteger(value)
      ? String(value)
      : undefined
