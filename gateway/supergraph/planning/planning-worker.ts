import { parentPort, workerData } from 'node:worker_threads'
import { parse } from 'graphql'
import { CataloguedError } from '../../../platform/errors/catalogue.ts'
import { planOperation } from './plan-operation.ts'
import { plannerOf } from './planner-of.ts'
import { planningSdl } from './planning-sdl.ts'
import { withoutDocuments, type PlanningAnswer, type PlanningOrder } from './planning-messages.ts'

/** The other side of `planning-thread.ts`: plans one operation after the other. */
const { sdl } = workerData as { readonly sdl: string } // as the thread was started
const planning = planningSdl(sdl)
const plan = planOperation(plannerOf(planning.sdl), planning)

const answerTo = ({ query, drawn }: PlanningOrder): PlanningAnswer => {
  try {
    return { plan: withoutDocuments(plan(parse(query, { noLocation: true }), drawn)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { failure: { code: error instanceof CataloguedError ? error.code : undefined, message } }
  }
}

parentPort?.on('message', (order: PlanningOrder) => parentPort?.postMessage(answerTo(order)))
