import { parentPort, workerData } from 'node:worker_threads'
import { parse } from 'graphql'
import { CataloguedError, type ErrorCode } from '../../../platform/errors/catalogue.ts'
import { planOperation, TooManyPaths } from './plan-operation.ts'
import { plannerOf } from './planner-of.ts'
import { planningSdl } from './planning-sdl.ts'
import {
  withoutDocuments,
  type PlanningAnswer,
  type PlanningOrder,
  type PlanningWorkerData,
} from './planning-messages.ts'

/** The other side of `planning-thread.ts`: plans one operation after the other. */
const { sdl, maxPaths } = workerData as PlanningWorkerData // as the thread was started
const planning = planningSdl(sdl)
const plan = planOperation(plannerOf(planning.sdl, maxPaths), planning)

const answerTo = ({ query, drawn }: PlanningOrder): PlanningAnswer => {
  try {
    return { plan: withoutDocuments(plan(parse(query, { noLocation: true }), drawn)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { failure: { code: codeOf(error), message } }
  }
}

/** Nobody is left to find a plan where this side gives up. */
const codeOf = (error: unknown): ErrorCode | undefined => {
  if (error instanceof TooManyPaths) return 'OPERATION_TOO_LARGE'
  return error instanceof CataloguedError ? error.code : undefined
}

parentPort?.on('message', (order: PlanningOrder) => parentPort?.postMessage(answerTo(order)))
