import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { plannerOf } from './planning/planner-of.ts'
import { planningSdl, type PlanningSdl } from './planning/planning-sdl.ts'
import { PLANNING_LIMITS, supergraphOf, type PlanningLimits, type Supergraph } from './supergraph.ts'

/** Refuses a generation by throwing or rejecting; the one before stays until it is done. */
export type AcceptSupergraph = (candidate: Supergraph) => void | Promise<void>

/** Parses and checks one supergraph. Rejects with `SUPERGRAPH_INVALID`, naming why; a refused one leaves nothing behind. */
export const generationOf = async (
  sdl: string,
  accept: AcceptSupergraph = () => undefined,
  limits: PlanningLimits = PLANNING_LIMITS,
): Promise<Supergraph> => {
  let candidate: Supergraph | undefined
  try {
    const planning = planningOf(sdl)
    const planner = plannerOf(planning.sdl, limits.maxPathsHere)
    candidate = supergraphOf({ sdl, planner, planning, limits })
    await accept(candidate)
    return candidate
  } catch (error) {
    await candidate?.close()
    if (error instanceof CataloguedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw catalogued('SUPERGRAPH_INVALID', {}, { message: `The supergraph cannot be served: ${reason}`, cause: error })
  }
}

/** Of what cannot be read, the planner's own words say what is wrong with it. */
const planningOf = (sdl: string): PlanningSdl => {
  try {
    return planningSdl(sdl)
  } catch (error) {
    plannerOf(sdl)
    throw error
  }
}
