const COLOURS: Readonly<Record<string, string>> = { warn: '\u001B[33m', error: '\u001B[31m', fatal: '\u001B[31m' }
const DIM = '\u001B[2m'
const RESET = '\u001B[0m'
const HEADER = new Set(['level', 'time', 'msg', 'err', 'correlationId', 'causationId', 'component'])

const parse = (line: string): Record<string, unknown> | undefined => {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const errorLines = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return ''
  const { stack, message, cause }: { stack?: unknown; message?: unknown; cause?: unknown } = error
  const own = text(stack ?? message ?? '').replaceAll(/^/gm, '    ')
  return `\n${own}${errorLines(cause)}`
}

/** One line of the log for people: `12:04:31 warn  gateway: subgraph is slow  subgraph=billing ms=1204`. */
export const prettyLine = (line: string): string => {
  const entry = parse(line)
  if (entry === undefined) return line
  const level = text(entry['level'])
  const time = text(entry['time']).slice(11, 19)
  const component = typeof entry['component'] === 'string' ? `${entry['component']}: ` : ''
  const fields = Object.entries(entry)
    .filter(([name]) => !HEADER.has(name))
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ')
  const colour = COLOURS[level] ?? ''
  const tail = fields === '' ? '' : `  ${DIM}${fields}${RESET}`
  return `${DIM}${time}${RESET} ${colour}${level.padEnd(5)}${RESET} ${component}${text(entry['msg'] ?? '')}${tail}${errorLines(entry['err'])}`
}

/** The same for what ends in a line feed, each line of it. */
export const prettyLines = (lines: string): string =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${prettyLine(line)}\n`)
    .join('')
