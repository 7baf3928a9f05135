/** `HTAB`, `SP` and `VCHAR`: no octet that an intermediary could read as the end of a line (RFC 9110 section 5.5). */
const VALUE = /^[\t\x20-\x7e]*$/
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * The head of a POST to one address, what all of them have in common made once: `of` adds the fields of one of them and the
 * length of its body in bytes. Both throw a `TypeError` for a field that would not be one.
 */
export const requestHead = (url: URL, constant: Readonly<Record<string, string>>) => {
  const common = [
    `POST ${url.pathname}${url.search} HTTP/1.1\r\n`,
    ...Object.entries({ host: url.host, connection: 'keep-alive', ...constant }).map(([name, value]) =>
      line(name, value),
    ),
  ].join('')
  /** The names are few, and each is checked once. */
  const begun = new Map<string, string>()
  return {
    of: (headers: Readonly<Record<string, string>>, bodyBytes: number): string => {
      let head = common
      for (const name of Object.keys(headers)) {
        let beginning = begun.get(name)
        if (beginning === undefined) begun.set(name, (beginning = beginningOf(name)))
        head += beginning + valueOf(name, headers[name])
      }
      return `${head}content-length: ${bodyBytes}\r\n\r\n`
    },
  }
}

const line = (name: string, value: string): string => beginningOf(name) + valueOf(name, value)

const beginningOf = (name: string): string => {
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a header field`)
  return `${name}: `
}

const valueOf = (name: string, value = ''): string => {
  if (!VALUE.test(value)) throw new TypeError(`The header field ${name} would not be one line of ASCII`)
  return `${value}\r\n`
}
