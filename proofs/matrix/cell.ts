import { doorName, type Case } from './case.ts'
import type { Outcome } from './outcome.ts'
import { ALLOW, expectation, type Expected } from '../model/expectation.ts'
import type { SentCaller } from '../stage/callers.ts'

/** One case as one caller. */
export interface Cell {
  readonly coordinate: string
  readonly door: string
  readonly kind: SentCaller['kind'] | 'nobody proven'
  readonly caller: string
  readonly expected: Expected
  readonly got: string
  readonly verdict: Verdict
}

/** `as expected`, or in what way it is wrong. */
export type Verdict =
  'as expected' | 'unexpected allow' | 'unexpected denial' | 'unexpected code' | 'denied, and something was written'

/** A credential that is sent and bad fails the whole request at the gateway, what is public included. */
export const expectedOf = (of: Case, { caller, credential }: SentCaller): Expected => {
  if (of.door.kind === 'gateway' && credential.kind === 'key' && !credential.isGood) return 'UNAUTHENTICATED'
  return of.refusal ?? expectation(of.rules, caller, of.place, of.freshness)
}

/** Judges what came against what the model says. Whatever answers with data was allowed, errors beside it or not. */
export const verdictOf = (expected: Expected, { got, leaks }: Outcome, written: 'nothing' | 'something'): Verdict => {
  if (expected === ALLOW) return got === ALLOW ? 'as expected' : 'unexpected denial'
  if (got === ALLOW || leaks) return 'unexpected allow'
  if (written === 'something') return 'denied, and something was written'
  return got === expected ? 'as expected' : 'unexpected code'
}

export const cellOf = (
  of: Case,
  sent: SentCaller,
  outcome: Outcome,
  written: 'nothing' | 'something' = 'nothing',
): Cell => {
  const expected = expectedOf(of, sent)
  return {
    coordinate: of.coordinate,
    door: doorName(of.door),
    kind: sent.kind,
    caller: sent.name,
    expected,
    got: outcome.got,
    verdict: verdictOf(expected, outcome, written),
  }
}
