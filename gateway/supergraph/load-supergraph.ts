import { ApolloGateway } from '@apollo/gateway'
import { disableApolloTelemetry } from '../../platform/config/apollo-telemetry.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { followFile } from '../../platform/files/follow-file.ts'
import type { Log } from '../../platform/log/log.ts'
import type { RequiredFields } from './planning/required-fields.ts'
import { planningSdl, type PlanningSdl } from './planning/planning-sdl.ts'
import { readSupergraphFile } from './supergraph-file.ts'
import { supergraphOf, type PlanningLimits, type Supergraph } from './supergraph.ts'

/** Where the supergraph comes from: its text, or a file that is followed while the process runs. */
export type SupergraphSource = { readonly sdl: string } | { readonly file: string }

export interface LoadedSupergraph {
  /** The generation that new operations run on. */
  readonly current: () => Supergraph
  /** Called for the present generation at once, and for every later one. */
  readonly onUpdate: (listener: (supergraph: Supergraph) => void) => () => void
  readonly stop: () => Promise<void>
}

/** Refuses a generation by throwing or rejecting; the one before stays until it is done. */
export type AcceptSupergraph = (candidate: Supergraph) => void | Promise<void>

export interface SupergraphOptions {
  readonly source: SupergraphSource
  readonly log: Log
  readonly accept?: AcceptSupergraph
  readonly planning?: PlanningLimits | undefined
}

/**
 * Loads a supergraph through @apollo/gateway. Rejects with `SUPERGRAPH_INVALID`, naming why, when it does not parse.
 * A file that changes is loaded again and replaces the present one as a whole; one that is invalid is logged and
 * changes nothing.
 */
export const loadSupergraph = async ({
  source,
  log,
  accept,
  planning,
}: SupergraphOptions): Promise<LoadedSupergraph> => {
  disableApolloTelemetry()
  const listeners = new Set<(supergraph: Supergraph) => void>()
  const first = 'sdl' in source ? source.sdl : await readSupergraphFile(source.file)
  let current = await generationOf(first, accept, planning)

  const replace = async (sdl: string): Promise<void> => {
    if (sdl === current.sdl) return
    try {
      current = await generationOf(sdl, accept, planning)
    } catch (error) {
      log.error({ err: error }, 'the changed supergraph is invalid; the one before stays in use')
      return
    }
    log.info({ subgraphs: current.subgraphs.map(({ name }) => name) }, 'the supergraph was replaced')
    for (const listener of listeners) listener(current)
  }

  const stopFollowing =
    'file' in source
      ? followFile({
          file: source.file,
          text: first,
          onText: replace,
          onFault: (error) =>
            log.error({ err: error }, 'the supergraph file cannot be read; the one before stays in use'),
        })
      : () => undefined

  return {
    current: () => current,
    onUpdate: (listener) => {
      listeners.add(listener)
      listener(current)
      return () => void listeners.delete(listener)
    },
    stop: () => {
      stopFollowing()
      listeners.clear()
      return Promise.resolve()
    },
  }
}

/** Parses and checks one supergraph with a gateway of its own, so that a refused one leaves nothing changed. */
const generationOf = async (
  sdl: string,
  accept: AcceptSupergraph = () => undefined,
  limits?: PlanningLimits,
): Promise<Supergraph> => {
  const planning = planned(sdl)
  const gateway = new ApolloGateway({
    supergraphSdl: planning.sdl,
    validateSupergraph: true,
    queryPlannerConfig: { exposeDocumentNodeInFetchNode: true },
    logger: QUIET,
    // Fetches are ours: no data source of Apollo's is ever used.
    buildService: () => ({ process: () => Promise.reject(new Error('Fetches do not run here')) }),
  })
  let candidate: Supergraph | undefined
  try {
    const { schema } = await gateway.load()
    // The planner that the gateway has built; a second one would cost the start another half of its time.
    const { queryPlanner } = gateway.__testing()
    if (!queryPlanner) throw new Error('no query planner was built')
    candidate = supergraphOf({ sdl, apiSchema: schema, planner: queryPlanner, planning, limits })
    await accept(candidate)
    return candidate
  } catch (error) {
    await candidate?.close()
    if (error instanceof CataloguedError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw catalogued('SUPERGRAPH_INVALID', {}, { message: `The supergraph cannot be served: ${reason}`, cause: error })
  } finally {
    await gateway.stop()
  }
}

/** What cannot be read is handed on as it is: the gateway says what is wrong with it. */
const planned = (sdl: string): PlanningSdl => {
  try {
    return planningSdl(sdl)
  } catch {
    return { sdl, required: NO_REQUIREMENTS, names: new Set(), overrides: NO_OVERRIDES, originals: new Map() }
  }
}

const NO_REQUIREMENTS: RequiredFields = {
  byName: new Map(),
  of: () => new Set(),
  needs: () => new Set(),
  keys: () => new Set(),
  hasNoRequirements: true,
}

const NO_OVERRIDES = { draw: () => '', conditions: () => new Map<string, boolean>() }

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
