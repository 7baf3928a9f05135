import type { AddedLatency } from './added-latency.ts'
import type { EngineMeasured } from './measure-engine.ts'
import type { Growth } from './growth.ts'
import { median } from '../report.ts'
import type { EngineContender } from './stage.ts'

export interface EngineSummary {
  readonly requestsPerSecond: number
  /** (most − least) / median of the rounds. */
  readonly spread: number
  readonly cpuMicroseconds: number
  readonly p50: number
  readonly p99: number
  readonly aloneMs: number
}

export interface EngineOperationReport {
  readonly name: string
  readonly about: string
  readonly bytes: number
  readonly contenders: Readonly<Partial<Record<EngineContender, EngineSummary>>>
}

export interface EngineReport {
  readonly command: string
  readonly date: string
  readonly node: string
  readonly machine: { readonly cpus: number; readonly isPinned: boolean }
  readonly load: { readonly connections: number; readonly rounds: number; readonly seconds: number }
  readonly operations: readonly EngineOperationReport[]
  readonly memoryMegabytes: Readonly<Partial<Record<EngineContender, number>>>
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: Readonly<Partial<Record<EngineContender, number>>>
  readonly missing: Readonly<Partial<Record<EngineContender, string>>>
  readonly growth: readonly Growth[]
  /** Undefined where the gateway over HTTP was not measured. */
  readonly addedLatency?: AddedLatency | undefined
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

export const summarizeEngine = ({ operation, bytes, samples, alone }: EngineMeasured): EngineOperationReport => ({
  name: operation.name,
  about: operation.about,
  bytes,
  contenders: Object.fromEntries(
    [...samples].map(([name, of]): [EngineContender, EngineSummary] => {
      const rates = of.map(({ requestsPerSecond }) => requestsPerSecond)
      const middle = median(rates)
      return [
        name,
        {
          requestsPerSecond: rounded(middle, 1),
          spread: rounded((Math.max(...rates) - Math.min(...rates)) / middle, 3),
          cpuMicroseconds: rounded(median(of.map(({ cpuMicroseconds }) => cpuMicroseconds)), 0),
          p50: median(of.map(({ p50 }) => p50)),
          p99: median(of.map(({ p99 }) => p99)),
          aloneMs: rounded(alone.get(name) ?? Number.NaN, 2),
        },
      ]
    }),
  ),
})
