import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { catalogued } from '../../../platform/errors/catalogue.ts'
import type { PlanningAnswer, PlanningOrder, PlanningWorkerData } from './planning-messages.ts'

export interface PlanningThreadOptions {
  readonly sdl: string
  /** How many ways there may be to one field of an operation. */
  readonly maxPaths: number
  /** How long one operation may take. */
  readonly timeoutMs: number
  /** What planning one operation may use. */
  readonly maxHeapMb: number
}

/** Plans large operations aside, one after the other, so that none of them holds up anything else. */
export interface PlanningThread {
  /**
   * Rejects with `OPERATION_TOO_LARGE` where planning takes too long or too much memory, has too many ways to look through,
   * or too many wait for it; with what the planner refuses otherwise.
   */
  readonly plan: (order: PlanningOrder) => Promise<QueryPlan>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly order: PlanningOrder
  readonly resolve: (plan: QueryPlan) => void
  readonly reject: (error: Error) => void
}

const MAX_WAITING = 64
/** Its memory is given back when nothing large has come for so long. */
const IDLE_MS = 60_000
const START_MS = 30_000

export const createPlanningThread = (options: PlanningThreadOptions): PlanningThread => {
  const waiting: Waiting[] = []
  let worker: Worker | undefined
  let present: Waiting | undefined
  let timer: NodeJS.Timeout | undefined
  let isWarm = false

  const end = (): Promise<number> | undefined => {
    clearTimeout(timer)
    const ended = worker
    worker = undefined
    isWarm = false
    ended?.removeAllListeners()
    ended?.on('error', () => undefined) // it may still fail while it ends
    return ended?.terminate()
  }
  const stop = (): void => void end()?.catch(() => undefined)

  const settle = (how: (job: Waiting) => void): void => {
    clearTimeout(timer)
    const settled = present
    present = undefined
    if (settled) how(settled)
    next()
  }
  const fail = (error: Error): void => {
    stop()
    settle(({ reject }) => reject(error))
  }

  const start = (): Worker => {
    const { sdl, maxPaths, maxHeapMb } = options
    const made = new Worker(new URL('planning-worker.ts', import.meta.url), {
      workerData: { sdl, maxPaths } satisfies PlanningWorkerData,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    })
    made.on('message', (answer: PlanningAnswer) => {
      isWarm = true
      settle((job) => answered(job, answer))
    })
    made.on('error', (fault: Error) => fail(isOutOfMemory(fault) ? tooLarge(fault) : fault))
    made.unref()
    return made
  }

  const next = (): void => {
    if (present) return
    present = waiting.shift()
    if (!present) {
      timer = setTimeout(stop, IDLE_MS).unref()
      return
    }
    clearTimeout(timer)
    worker ??= start()
    // The first one waits for the thread to know the supergraph, too.
    const limit = options.timeoutMs + (isWarm ? 0 : START_MS)
    timer = setTimeout(() => fail(tooLarge(new Error(`Planning took longer than ${limit.toString()} ms`))), limit)
    worker.postMessage(present.order)
  }

  return {
    plan: (order) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= MAX_WAITING) {
          reject(tooLarge(new Error('Too many operations wait to be planned')))
          return
        }
        waiting.push({ order, resolve, reject })
        next()
      }),
    close: async () => {
      for (const { reject } of waiting.splice(0)) reject(catalogued('SHUTTING_DOWN'))
      const unfinished = present
      present = undefined
      unfinished?.reject(catalogued('SHUTTING_DOWN'))
      await end()
    },
  }
}

const answered = ({ resolve, reject }: Waiting, answer: PlanningAnswer): void => {
  if ('plan' in answer) resolve(answer.plan)
  else {
    const { code, message } = answer.failure
    const fault = new Error(message)
    reject(code === undefined ? fault : catalogued(code, {}, { cause: fault }))
  }
}

const tooLarge = (cause: Error): Error => catalogued('OPERATION_TOO_LARGE', {}, { cause })

const isOutOfMemory = (fault: Error): boolean => 'code' in fault && fault.code === 'ERR_WORKER_OUT_OF_MEMORY'
