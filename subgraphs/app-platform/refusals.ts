import { refusedWith, type Refusals } from '../../platform/graphql/user-errors.ts'

export const NAME_RULE = 'A name has 2 to 40 lower-case letters, digits and inner hyphens, a letter first.'

/** The userErrors of a mutation, each refusal explained. */
export const refusing =
  <Code extends string>(refusals: Refusals<Code>) =>
  (code: Code) =>
    refusedWith(code, refusals)
