/** What a notice is about, for who decides what they want to be told of. */
export const CATEGORIES = ['SECURITY', 'COMPUTE', 'ORGANIZATION', 'ANNOUNCEMENT'] as const
export type Category = (typeof CATEGORIES)[number]
