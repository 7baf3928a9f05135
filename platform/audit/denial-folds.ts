import type { Denial } from '../access/denials.ts'
import { principalKey, type Principal } from '../access/principal.ts'
import { unreachable } from '../result/result.ts'

/** Denials of one principal, coordinate, code and scope since they were last taken. */
export interface Fold {
  readonly denial: Denial
  readonly firstAt: Date
  readonly lastAt: Date
  readonly count: number
  /** Of the first of them. */
  readonly correlationId: string
}

/** How many folds are held between two times of taking them: what comes beyond is counted, and no longer told apart. */
export interface FoldBounds {
  readonly perPrincipal: number
  readonly altogether: number
}

/** The field that a denial beyond the bounds is said to have asked for. */
export const OTHER_COORDINATE = '*'
const OTHER_ACTION = 'audit.denials.other'

const DEFAULT_BOUNDS: FoldBounds = { perPrincipal: 100, altogether: 2_000 }

const keyOf = ({ coordinate, code, principal, scope }: Denial): string =>
  JSON.stringify([principalKey(principal), coordinate, code, scope.organizationId, scope.projectId])

const merged = (held: Fold | undefined, fold: Fold): Fold =>
  held === undefined
    ? fold
    : {
        denial: held.denial,
        firstAt: held.firstAt,
        lastAt: fold.lastAt > held.lastAt ? fold.lastAt : held.lastAt,
        count: held.count + fold.count,
        correlationId: held.correlationId,
      }

/** One row for everything of a principal that found no room, else one for everybody's: nothing goes uncounted. */
const other = (denial: Denial, principal: Principal): Denial => ({
  ...denial,
  principal,
  coordinate: OTHER_COORDINATE,
  action: OTHER_ACTION,
  scope: {},
})

/** Whoever it was, when even the principals are too many to tell apart. */
const ANYBODY: Principal = { kind: 'anonymous' }

/** Counts denials, so that a flood of them is a few rows. One caller's flood takes no room from another's denials. */
export const createDenialFolds = (bounds: FoldBounds = DEFAULT_BOUNDS) => {
  let folds = new Map<string, Fold>()
  let held = new Map<string, number>()

  /** The denial as it will be counted: itself where there is room, else one of the rows for others. */
  const withinBounds = (denial: Denial): Denial => {
    if (folds.has(keyOf(denial))) return denial
    const ofPrincipal = held.get(principalKey(denial.principal)) ?? 0
    if (folds.size < bounds.altogether)
      return ofPrincipal < bounds.perPrincipal ? denial : other(denial, denial.principal)
    const own = other(denial, denial.principal)
    return folds.has(keyOf(own)) ? own : other(denial, ANYBODY)
  }

  const add = (fold: Fold): void => {
    const denial = withinBounds(fold.denial)
    const key = keyOf(denial)
    if (!folds.has(key)) {
      const principal = principalKey(denial.principal)
      held.set(principal, (held.get(principal) ?? 0) + 1)
    }
    folds.set(key, merged(folds.get(key), { ...fold, denial }))
  }

  return {
    add: (denial: Denial, at: Date, correlationId: string): void => {
      add({ denial, firstAt: at, lastAt: at, count: 1, correlationId })
    },
    /** All of them; afterwards there are none. */
    take: (): readonly Fold[] => {
      const taken = [...folds.values()]
      folds = new Map()
      held = new Map()
      return taken
    },
    /** What was taken and could not be kept. */
    giveBack: (taken: readonly Fold[]): void => {
      for (const fold of taken) add(fold)
    },
  }
}

/** Who it was, as the columns of `audit.denials` say it. */
export const actorOf = (principal: Principal): { readonly kind: string; readonly id: string } => {
  switch (principal.kind) {
    case 'user':
      return { kind: 'user', id: principal.subject }
    case 'service-account':
      return { kind: 'service-account', id: principal.serviceAccountId }
    case 'anonymous':
      return { kind: 'anonymous', id: 'anonymous' }
    default:
      return unreachable(principal)
  }
}
