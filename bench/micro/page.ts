import type { CaseCost, MicroPlan } from './measure.ts'

export interface MicroReport {
  readonly date: string
  readonly machine: { readonly cpus: number; readonly architecture: string; readonly platform: string }
  readonly versions: Readonly<Record<string, string>>
  readonly plan: MicroPlan
  readonly costs: readonly CaseCost[]
}

export const pageOf = ({ date, machine, versions, plan, costs }: MicroReport): string => {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    '# The parts, each alone',
    '',
    'Processor time of one call, all threads of the process together, in a process that is warm; the operations are those of [engine.md](engine.md). Plans and tokens that were seen are remembered in the gateway: what is not is what a first request pays.',
    '',
    '| what | CPU µs | spread | |',
    '| --- | --: | --: | --- |',
    ...costs.map(
      ({ name, microseconds, spread, against }) =>
        `| ${name} | ${microseconds} | ± ${((spread * 100) / 2).toFixed(0)} % | ${against ? `${against.ratio} × ${against.name}` : ''} |`,
    ),
    '',
    `${date}, \`npm run bench:micro\`, ${plan.rounds} rounds of ${plan.milliseconds} ms for each, by turns; ${machine.cpus} CPUs (${machine.platform} ${machine.architecture}); ${used.join(', ')}.`,
  ].join('\n')
}
