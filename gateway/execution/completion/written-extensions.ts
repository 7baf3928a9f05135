const texts = new WeakMap<object, string>()

/** Extensions that many answers share: frozen, and written once. */
export const writtenExtensions = <T extends object>(extensions: T): Readonly<T> => {
  texts.set(extensions, JSON.stringify(extensions))
  for (const part of Object.values(extensions)) Object.freeze(part)
  return Object.freeze(extensions)
}

/** The JSON of extensions: as they were written, where they were. */
export const textOfExtensions = (extensions: unknown): string => {
  const written = typeof extensions === 'object' && extensions !== null ? texts.get(extensions) : undefined
  return written ?? JSON.stringify(extensions)
}
