/**
 * One event of a `text/event-stream`.
 * @typedef {{ readonly event: string, readonly data: string }} StreamEvent
 */

/**
 * Reads a `text/event-stream` as the HTML standard has it (§ 9.2.6), as far as GraphQL over SSE uses it: `id` and `retry` are
 * passed over. Comments keep a stream alive and are no events.
 * @param {(event: StreamEvent) => void} onEvent
 * @returns {(chunk: string) => void} takes the text as it comes, cut anywhere
 */
export const createEventReader = (onEvent) => {
  let rest = ''
  let event = ''
  /** @type {string[]} */
  let data = []

  /** @param {string} line */
  const readLine = (line) => {
    if (line === '') {
      if (data.length > 0 || event !== '') onEvent({ event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }

  return (chunk) => {
    const text = rest + chunk
    // A carriage return at the end may be half of a line's end.
    const end = text.endsWith('\r') ? text.length - 1 : text.length
    const lines = text.slice(0, end).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + text.slice(end)
    for (const line of lines) readLine(line)
  }
}
