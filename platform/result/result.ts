/** An expected outcome that may be a refusal. Faults are thrown; refusals are returned. */
export type Result<Value, Refusal> = Ok<Value> | Err<Refusal>

export interface Ok<Value> {
  readonly ok: true
  readonly value: Value
}

export interface Err<Refusal> {
  readonly ok: false
  readonly error: Refusal
}

export const ok = <Value>(value: Value): Ok<Value> => ({ ok: true, value })

export const err = <Refusal>(error: Refusal): Err<Refusal> => ({ ok: false, error })

/** Marks a branch that the types prove unreachable; throws when data from outside disproves them. */
export const unreachable = (value: never): never => {
  throw new Error(`Unreachable case: ${JSON.stringify(value)}`)
}
