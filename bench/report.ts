import type { Sample } from './load.ts'
import type { BenchOperation } from './operations.ts'
import type { ContenderName } from './stage.ts'

export interface OperationSamples {
  readonly operation: BenchOperation
  readonly bytes: number
  readonly samples: ReadonlyMap<ContenderName, readonly Sample[]>
}

export interface Summary {
  /** The median of the rounds. */
  readonly requestsPerSecond: number
  /** How far the rounds lie apart: (most − least) / median. */
  readonly spread: number
  /** Milliseconds; the median of the rounds. */
  readonly p50: number
  readonly p99: number
  readonly rounds: readonly Sample[]
}

export interface OperationSummary {
  readonly name: string
  readonly about: string
  readonly bytes: number
  readonly contenders: Readonly<Partial<Record<ContenderName, Summary>>>
  /** Requests per second, as a multiple of the stock gateway's. */
  readonly timesStock: Readonly<Partial<Record<ContenderName, number>>>
}

export interface Report {
  readonly command: string
  readonly date: string
  readonly versions: Readonly<Record<string, string>>
  readonly machine: { readonly cpus: number; readonly architecture: string; readonly platform: string }
  readonly load: {
    readonly connections: number
    readonly rounds: number
    readonly seconds: number
    readonly warmUpSeconds: number
  }
  readonly operations: readonly OperationSummary[]
  /** Resident, after everything; `subgraphs` is the process behind both gateways that use HTTP. */
  readonly memoryMegabytes: Readonly<Record<string, number>>
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

const summaryOf = (samples: readonly Sample[]): Summary => {
  const rates = samples.map(({ requestsPerSecond }) => requestsPerSecond)
  const middle = median(rates)
  return {
    requestsPerSecond: rounded(middle, 1),
    spread: rounded((Math.max(...rates) - Math.min(...rates)) / middle, 3),
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
    rounds: samples.map(({ requestsPerSecond, ...latency }) => ({
      requestsPerSecond: rounded(requestsPerSecond, 1),
      ...latency,
    })),
  }
}

export const summarize = ({ operation, bytes, samples }: OperationSamples): OperationSummary => {
  const contenders = Object.fromEntries([...samples].map(([name, of]) => [name, summaryOf(of)]))
  const stock = contenders['stock']?.requestsPerSecond
  const timesStock =
    stock === undefined
      ? {}
      : Object.fromEntries(
          Object.entries(contenders)
            .filter(([name]) => name !== 'stock')
            .map(([name, { requestsPerSecond }]) => [name, rounded(requestsPerSecond / stock, 2)]),
        )
  return { name: operation.name, about: operation.about, bytes, contenders, timesStock }
}
