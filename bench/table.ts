import type { OperationSummary, Report, Summary } from './report.ts'
import { CONTENDERS } from './stage.ts'

const rowOf = (
  { name, bytes, timesStock }: OperationSummary,
  contender: (typeof CONTENDERS)[number],
  of: Summary,
): string => {
  const times = contender === 'stock' ? 1 : timesStock[contender]
  const cells = [
    name,
    `${(bytes / 1000).toFixed(1)} KB`,
    contender,
    of.requestsPerSecond.toFixed(of.requestsPerSecond < 100 ? 1 : 0),
    `± ${((of.spread * 100) / 2).toFixed(0)} %`,
    of.p50.toFixed(0),
    of.p99.toFixed(0),
    times === undefined ? '' : `${times.toFixed(times === 1 ? 0 : 1)} ×`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** As Markdown, for the terminal and for bench/README.md alike. */
export const tableOf = ({ date, command, versions, machine, load, operations, memoryMegabytes }: Report): string => {
  const rows = operations.flatMap((operation) =>
    CONTENDERS.flatMap((contender) => {
      const summary = operation.contenders[contender]
      return summary === undefined ? [] : [rowOf(operation, contender, summary)]
    }),
  )
  const memory = Object.entries(memoryMegabytes).map(([name, megabytes]) => `${name} ${megabytes.toFixed(0)} MB`)
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    '| operation | answer | contender | requests/s | spread | p50 ms | p99 ms | against stock |',
    '| --- | --: | --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    `Resident memory at the end: ${memory.join(', ')}.`,
    '',
    `${date}, \`${command}\`: ${String(load.rounds)} rounds of ${String(load.seconds)} s, ${String(load.connections)} connections, ${String(machine.cpus)} CPUs (${machine.platform} ${machine.architecture}); ${used.join(', ')}.`,
  ].join('\n')
}
