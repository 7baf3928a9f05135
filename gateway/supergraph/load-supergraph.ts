import { followFile } from '../../platform/files/follow-file.ts'
import type { Log } from '../../platform/log/log.ts'
import { generationOf, type AcceptSupergraph } from './generation-of.ts'
import { readSupergraphFile } from './supergraph-file.ts'
import type { PlanningLimits, Supergraph } from './supergraph.ts'

/** Where the supergraph comes from: its text, or a file that is followed while the process runs. */
export type SupergraphSource = { readonly sdl: string } | { readonly file: string }

export interface LoadedSupergraph {
  /** The generation that new operations run on. */
  readonly current: () => Supergraph
  /** Called for the present generation at once, and for every later one. */
  readonly onUpdate: (listener: (supergraph: Supergraph) => void) => () => void
  readonly stop: () => Promise<void>
}

export interface SupergraphOptions {
  readonly source: SupergraphSource
  readonly log: Log
  readonly accept?: AcceptSupergraph
  readonly planning?: PlanningLimits | undefined
}

/**
 * Loads a supergraph. Rejects with `SUPERGRAPH_INVALID`, naming why, when it does not parse.
 * A file that changes is loaded again and replaces the present one as a whole; one that is invalid is logged and
 * changes nothing.
 */
export const loadSupergraph = async ({
  source,
  log,
  accept,
  planning,
}: SupergraphOptions): Promise<LoadedSupergraph> => {
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
