import { median } from '../report.ts'

/** One thing, done once by each call. */
export interface Case {
  readonly name: string
  readonly work: () => unknown
  /** Whose time its own is told as a multiple of. */
  readonly against?: string
}

export interface CaseCost {
  readonly name: string
  /** Of the processor, of all threads; the median of the rounds. */
  readonly microseconds: number
  /** (most − least) / median of the rounds. */
  readonly spread: number
  readonly against?: { readonly name: string; readonly ratio: number }
}

export interface MicroPlan {
  readonly rounds: number
  /** How long one case is repeated in one round. */
  readonly milliseconds: number
}

const cpuMicroseconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

/** Microseconds of one call, over as many as fit the time. */
const timeOf = async ({ work }: Case, milliseconds: number): Promise<number> => {
  const until = performance.now() + milliseconds
  const begun = process.cpuUsage()
  let calls = 0
  do {
    for (let turn = 0; turn < 16; turn += 1) {
      const done = work()
      if (done instanceof Promise) await done
    }
    calls += 16
  } while (performance.now() < until)
  return cpuMicroseconds(begun) / calls
}

/** All cases by turns, so that a busy moment of the machine hits all of them; the first round warms up. */
export const measureCases = async (
  cases: readonly Case[],
  { rounds, milliseconds }: MicroPlan,
): Promise<CaseCost[]> => {
  const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1)
    for (const one of cases) {
      const time = await timeOf(one, milliseconds)
      if (round > 0) times.get(one.name)?.push(time)
    }
  const medianOf = (name: string): number => median(times.get(name) ?? [])
  return cases.map(({ name, against }) => {
    const of = times.get(name) ?? []
    const microseconds = medianOf(name)
    return {
      name,
      microseconds: Number(microseconds.toPrecision(3)),
      spread: Number(((Math.max(...of) - Math.min(...of)) / microseconds).toFixed(2)),
      ...(against !== undefined && {
        against: { name: against, ratio: Number((microseconds / medianOf(against)).toPrecision(2)) },
      }),
    }
  })
}
