import type { GraphQLSchema } from 'graphql'
import type { DenialRecorder } from '../platform/access/denials.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Log } from '../platform/log/log.ts'
import type { EdgeMetrics } from '../platform/metrics/metrics-edge.ts'
import { createEngine, type Engine } from './execution/engine.ts'
import { measuredEngine } from './execution/measured-engine.ts'
import type { OnSubgraphErrors } from './execution/run.ts'
import { requireRules } from './preflight/require-rules.ts'
import { loadSupergraph, type SupergraphSource } from './supergraph/load-supergraph.ts'
import type { SubgraphLocation, Supergraph } from './supergraph/supergraph.ts'
import type { SubgraphTransport } from './transport/transport.ts'

export type MakeTransport = (name: string, url: string) => SubgraphTransport

export interface EnginesOptions {
  readonly supergraph: SupergraphSource
  readonly transports: MakeTransport
  readonly clock: Clock
  readonly log: Log
  readonly onSubgraphErrors: OnSubgraphErrors
  readonly metrics: EdgeMetrics | undefined
  readonly denials?: DenialRecorder | undefined
  /** The most that one operation may cost. */
  readonly maxCost: number
  /** Whether answers say what their operation costs. */
  readonly tellsCost: boolean
  /** How many bytes compiled operations may take. */
  readonly planCacheBytes: number
  /** How long transports that a new generation has no use for stay open for operations of the one before. */
  readonly graceMs: number
}

/** The engine of the present generation, and those of generations that operations still run on. */
export interface Engines {
  readonly current: () => Engine
  /** The engine that belongs to the schema an operation was validated against. */
  readonly of: (schema: GraphQLSchema) => Engine
  readonly onUpdate: (listener: (engine: Engine) => void) => () => void
  readonly stop: () => Promise<void>
}

export const createEngines = async (options: EnginesOptions): Promise<Engines> => {
  const { log, clock, onSubgraphErrors, metrics, denials, maxCost, tellsCost, planCacheBytes } = options
  const transports = new Map<string, SubgraphTransport>()
  const bySchema = new WeakMap<GraphQLSchema, Engine>()
  const listeners = new Set<(engine: Engine) => void>()
  const keyOf = ({ name, url }: SubgraphLocation): string => JSON.stringify([name, url])

  const engineOf = (supergraph: Supergraph): Engine => {
    const byName = new Map(
      supergraph.subgraphs.map((location) => {
        const key = keyOf(location)
        let transport = transports.get(key)
        if (!transport) transports.set(key, (transport = options.transports(location.name, location.url)))
        return [location.name, transport]
      }),
    )
    const transportOf = (subgraph: string): SubgraphTransport => {
      const transport = byName.get(subgraph)
      if (!transport) throw new Error(`The plan names a subgraph that the supergraph lacks: ${subgraph}`)
      return transport
    }
    return measuredEngine(
      createEngine({
        supergraph,
        transportOf,
        onSubgraphErrors,
        clock,
        metrics,
        denials,
        maxCost,
        tellsCost,
        planCacheBytes,
      }),
      metrics,
    )
  }

  // An engine is made before a generation is accepted: one that cannot be served never replaces one that can.
  const accepted = new WeakMap<Supergraph, Engine>()
  let current: Engine | undefined
  const loaded = await loadSupergraph({
    source: options.supergraph,
    log,
    accept: async (candidate) => {
      requireRules(candidate.sdl)
      const engine = engineOf(candidate)
      // Operations go on with the engine before, while this one learns what they have been.
      await engine.warm(current?.seen() ?? [])
      accepted.set(candidate, engine)
    },
  })

  const closeUnused = (supergraph: Supergraph): void => {
    const used = new Set(supergraph.subgraphs.map(keyOf))
    const unused = [...transports].filter(([key]) => !used.has(key))
    for (const [key] of unused) transports.delete(key)
    for (const [, transport] of unused) closeLater(transport)
  }
  const closeLater = (part: { readonly close: () => Promise<void> }): void => {
    const close = () => part.close().catch((error: unknown) => log.warn({ err: error }, 'something did not close'))
    setTimeout(() => void close(), options.graceMs).unref()
  }

  const stopListening = loaded.onUpdate((supergraph) => {
    const before = current?.supergraph
    current = accepted.get(supergraph)
    if (!current) return
    if (before && before !== supergraph) closeLater(before)
    bySchema.set(supergraph.apiSchema, current)
    closeUnused(supergraph)
    for (const listener of listeners) listener(current)
  })
  const present = (): Engine => {
    if (!current) throw new Error('No supergraph was accepted')
    return current
  }

  return {
    current: present,
    of: (schema) => bySchema.get(schema) ?? present(),
    onUpdate: (listener) => {
      listeners.add(listener)
      listener(present())
      return () => void listeners.delete(listener)
    },
    stop: async () => {
      stopListening()
      await loaded.stop()
      await Promise.all([...transports.values(), present().supergraph].map((part) => part.close()))
    },
  }
}
