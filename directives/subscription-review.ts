import type { FieldDenial } from './field-denial.ts'
import { after, type MaybePromise } from './guard-context.ts'

type Review = (context: unknown) => MaybePromise<FieldDenial | undefined>

const reviews = new WeakMap<object, Review>()

/** Kept by the guards for as long as the context lives with which a subscription began. */
export const openedSubscriptions = {
  set: (context: unknown, review: Review): void => {
    if (typeof context === 'object' && context !== null) reviews.set(context, review)
  },
}

/**
 * Decides an open subscription again: whether it could begin now. `begun` is the context with which it began, `now`
 * one with the grants of this moment. Gives the error of the denial, or nothing.
 */
export const reviewSubscription = (begun: object, now: object): MaybePromise<Error | undefined> => {
  const review = reviews.get(begun)
  return review === undefined ? undefined : after(review(now), (denial) => denial?.error)
}
