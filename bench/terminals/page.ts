/** What the load saw. Times in milliseconds. */
export interface LoadResult {
  /** Of all sessions together, while it was measured. */
  readonly bytesPerSecond: number
  readonly keys: {
    readonly typed: number
    readonly echoed: number
    readonly p50: number
    readonly p99: number
    readonly max: number
  }
  /** Sessions in which a byte was missing, came twice or out of order. */
  readonly broken: number
  /** From asking the graph for a terminal to its `ready`. */
  readonly opened: { readonly p50: number; readonly p99: number }
}

export interface TerminalReport extends LoadResult {
  readonly plan: { readonly sessions: number; readonly bytesPerSecond: number; readonly seconds: number }
  /** Resident, of the server: everything but the agent and the shells. */
  readonly memoryMegabytes: { readonly before: number; readonly after: number }
  readonly date: string
  readonly machine: { readonly cpus: number; readonly architecture: string; readonly platform: string }
  readonly node: string
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB/s`

/** As Markdown. */
export const pageOf = ({ plan, keys, opened, ...report }: TerminalReport): string =>
  [
    '# Terminals under load',
    '',
    '| | asked for | measured |',
    '| --- | --: | --: |',
    `| sessions that stream | ${String(plan.sessions)} | ${String(plan.sessions - report.broken)} whole |`,
    `| output of all together | ${kilobytes(plan.bytesPerSecond)} | ${kilobytes(report.bytesPerSecond)} |`,
    `| echo of a key, p50 | | ${keys.p50.toFixed(1)} ms |`,
    `| echo of a key, p99 | < 50 ms | ${keys.p99.toFixed(1)} ms |`,
    `| echo of a key, slowest | | ${keys.max.toFixed(1)} ms |`,
    `| keys that were typed, echoed | | ${String(keys.typed)}, ${String(keys.echoed)} |`,
    `| from asking the graph to a ready terminal, p50, p99 | | ${opened.p50.toFixed(0)} ms, ${opened.p99.toFixed(0)} ms |`,
    `| resident memory of the server, before, after | | ${report.memoryMegabytes.before.toFixed(0)} MB, ${report.memoryMegabytes.after.toFixed(0)} MB |`,
    '',
    `${report.date}, \`npm run bench:terminal\`: ${String(plan.seconds)} s; the product in one process, its node agent and a bash for each session beside it, the load in a process of its own, all on ${String(report.machine.cpus)} CPUs (${report.machine.platform} ${report.machine.architecture}), node ${report.node}. Each session is a real pseudo terminal; a key is one byte that the terminal echoes, once a second and session, from the send to the frame that has it.`,
  ].join('\n')
