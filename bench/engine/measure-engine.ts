import type { EngineOperation } from './operations.ts'
import type { EngineContender, EngineStage } from './stage.ts'
import { answerOf, checkEqual, measure, type Sample, type Target } from '../load.ts'

export interface EngineSample extends Sample {
  /** What one request cost the contender's process; NaN where the system does not tell. */
  readonly cpuMicroseconds: number
}

export interface EngineMeasured {
  readonly operation: EngineOperation
  readonly bytes: number
  readonly samples: ReadonlyMap<EngineContender, readonly EngineSample[]>
  /** Milliseconds that an answer takes to a client alone, median of many, one after the other. */
  readonly alone: ReadonlyMap<EngineContender, number>
}

export interface EngineLoad {
  readonly connections: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly rounds: number
  readonly ended: AbortSignal
  readonly progress: (message: string) => void
}

const ALONE = 200

/** Equal answers first; then all contenders by turns, so that a busy moment of the machine hits all of them. */
export const measureEngine = async (
  stage: EngineStage,
  operation: EngineOperation,
  load: EngineLoad,
): Promise<EngineMeasured> => {
  const { progress } = load
  const bytes = await checkEqual(stage.targets, operation)
  progress(`${operation.name}: equal answers of ${bytes} bytes; warming up`)
  for (const target of stage.targets.values())
    await measure(target, operation, { ...load, seconds: load.warmUpSeconds })
  const alone = new Map<EngineContender, number>()
  for (const [name, target] of stage.targets) alone.set(name, await latencyAlone(target, operation))
  const samples = new Map<EngineContender, EngineSample[]>([...stage.targets.keys()].map((name) => [name, []]))
  for (let round = 1; round <= load.rounds; round += 1) {
    for (const [name, target] of stage.targets) {
      const child = stage.children.get(name)
      const before = (await child?.cpuSeconds()) ?? Number.NaN
      const sample = await measure(target, operation, load)
      const used = ((await child?.cpuSeconds()) ?? Number.NaN) - before
      // One more request is asked before the load, for what the answers have to be.
      const cpuMicroseconds = (used * 1_000_000) / (sample.requestsPerSecond * load.seconds + 1)
      samples.get(name)?.push({ ...sample, cpuMicroseconds })
      progress(`${operation.name}, round ${round} of ${load.rounds}, ${name}: ${sample.requestsPerSecond.toFixed(0)}/s`)
    }
  }
  return { operation, bytes, samples, alone }
}

const latencyAlone = async (target: Target, operation: EngineOperation): Promise<number> => {
  const times: number[] = []
  for (let turn = 0; turn < ALONE; turn += 1) {
    const begun = performance.now()
    await answerOf(target, operation)
    times.push(performance.now() - begun)
  }
  return times.toSorted((a, b) => a - b)[ALONE / 2] ?? Number.NaN
}
