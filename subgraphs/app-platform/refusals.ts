/** Where an expected refusal points, and what it says to people. */
export interface Explanation {
  readonly field: readonly string[]
  readonly message: string
}

export const NAME_RULE = 'A name has 2 to 40 lower-case letters, digits and inner hyphens, a letter first.'

/** The userErrors of a mutation, each refusal explained. */
export const refusedWith =
  <Code extends string>(explanations: Readonly<Record<Code, Explanation>>) =>
  (code: Code) => [{ code, ...explanations[code] }]
