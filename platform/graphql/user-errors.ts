/** What a refusal says to people, and which part of the input it is about. */
export type Refusals<Code extends string> = Readonly<
  Record<Code, { readonly field: readonly string[]; readonly message: string }>
>

/** A payload's `userErrors`, for one refusal. */
export const refusedWith = <Code extends string>(code: Code, refusals: Refusals<Code>) => [{ code, ...refusals[code] }]
