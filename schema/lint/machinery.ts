/** Names that the link, join and federation specifications own. */
export const isMachinery = (name: string): boolean => /^_|^(join|link|federation|core)__/.test(name)
