/** How many texts of one header are kept, and how long they may be: there are few different ones. */
const MAX_KNOWN = 500
const MAX_CHARACTERS = 300

/** The same function, asked once for each text of a header: of those seen it keeps what they came to. */
export const forKnownHeaders = <Read>(read: (header: string) => Read): ((header: string) => Read) => {
  const known = new Map<string, { readonly read: Read }>()
  return (header) => {
    const present = known.get(header)
    if (present) return present.read
    const found = read(header)
    if (header.length >= MAX_CHARACTERS) return found
    // Whoever sends many keeps nobody's from being kept.
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(header, { read: found })
    return found
  }
}
