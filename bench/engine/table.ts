import type { AddedLatency } from './added-latency.ts'
import type { EngineOperationReport, EngineReport } from './report.ts'
import { ENGINE_CONTENDERS, type EngineContender } from './stage.ts'

const ratio = (mine: number | undefined, other: number | undefined): string =>
  mine === undefined || other === undefined ? '' : `${(mine / other).toFixed(other > mine ? 2 : 1)} ×`

const rowsOf = ({ name, bytes, contenders }: EngineOperationReport): string[] =>
  ENGINE_CONTENDERS.flatMap((contender) => {
    const of = contenders[contender]
    if (of === undefined) return []
    const floor = contenders[contender.endsWith('in-process') ? 'hand-in-process' : 'hand-http']
    const cells = [
      name,
      `${(bytes / 1000).toFixed(1)} KB`,
      contender,
      of.requestsPerSecond.toFixed(of.requestsPerSecond < 100 ? 1 : 0),
      `± ${((of.spread * 100) / 2).toFixed(0)} %`,
      of.cpuMicroseconds.toFixed(0),
      of.aloneMs.toFixed(2),
      ratio(of.requestsPerSecond, contenders.stock?.requestsPerSecond),
      ratio(of.requestsPerSecond, contenders['hive-rust']?.requestsPerSecond),
      ratio(of.requestsPerSecond, floor?.requestsPerSecond),
    ]
    return [`| ${cells.join(' | ')} |`]
  })

const listed = (values: Readonly<Partial<Record<EngineContender, number>>>, unit: string): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toFixed(0)} ${unit}`)
    .join(', ')

const told = ({ straight, through }: AddedLatency): string =>
  `At one connection the operation of one fetch takes ${straight.toFixed(2)} ms straight from its subgraph and ${through.toFixed(2)} ms through ours-http, by turns: ${(through - straight).toFixed(2)} ms are added.`

/** As Markdown. */
export const engineTable = (report: EngineReport): string => {
  const { load, machine, operations, growth, missing, addedLatency } = report
  return [
    '| operation | answer | contender | requests/s | spread | CPU µs/request | alone ms | × stock | × Hive, Rust planner | × hand-written |',
    '| --- | --: | --- | --: | --: | --: | --: | --: | --: | --: |',
    ...operations.flatMap(rowsOf),
    '',
    ...Object.entries(missing).map(([name, why]) => `${name} is missing: ${why}\n`),
    `Resident memory at the end: ${listed(report.memoryMegabytes, 'MB')}.`,
    '',
    `Start of the process to its first answer: ${listed(report.startMs, 'ms')}.`,
    '',
    ...(growth.length === 0
      ? []
      : [
          '| entities | answer KB | ms | µs per entity |',
          '| --: | --: | --: | --: |',
          ...growth.map(
            ({ entities, bytes, milliseconds, microsecondsPerEntity }) =>
              `| ${entities} | ${(bytes / 1000).toFixed(1)} | ${milliseconds} | ${microsecondsPerEntity} |`,
          ),
          '',
        ]),
    ...(addedLatency ? [told(addedLatency), ''] : []),
    `${report.date}, \`${report.command}\`: ${load.rounds} rounds of ${load.seconds} s, ${load.connections} connections, ${machine.cpus} CPUs, ${machine.isPinned ? 'servers pinned to one, subgraphs and load to the other' : 'nothing pinned'}; Node ${report.node}.`,
  ].join('\n')
}
