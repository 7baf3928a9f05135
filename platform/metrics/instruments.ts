import { Counter, Gauge, type Metric, type Registry } from 'prom-client'
import { Durations } from './durations.ts'

/**
 * Every label that a metric may have. Closed, because metrics are tenant data (R100): the values of each are few and
 * known beforehand, and none tells one user, organization, project or allocation from another.
 */
export const LABELS = {
  method: 'GET, POST, … or OTHER',
  route: 'the pattern of a route, never a path',
  status: 'an HTTP status',
  type: 'query, mutation or subscription',
  outcome: 'how something ended, from a closed list',
  code: 'a code of the error catalogue',
  subgraph: 'the name of a subgraph',
  role: 'a role of the database',
  state: 'one of the states of a pool or queue',
  job: 'the name of a kind of job',
  kind: 'one of a closed list of kinds',
  kid: 'the id of a signing key of this gateway: a handful, and nobody’s',
} as const

export type Label = keyof typeof LABELS

export interface Definition<L extends Label> {
  /** Prometheus naming: unit and, for counters, `_total` at its end; begins with `gpuaas_`. */
  readonly name: `gpuaas_${string}`
  readonly help: string
  readonly labels: readonly L[]
}

export interface GaugeDefinition<L extends Label> extends Definition<L> {
  /** Sets the values when the metrics are asked for; without it they are set as they change. */
  readonly read?: (set: (labels: Readonly<Record<L, string>>, value: number) => void) => void
}

/** Makes instruments in one registry: the only door to prom-client. */
export const instrumentsIn = (registry: Registry) => ({
  counter: <L extends Label>({ name, help, labels }: Definition<L>) =>
    new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
  gauge: <L extends Label>({ name, help, labels, read }: GaugeDefinition<L>): Gauge<L> => {
    const made = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      ...(read && {
        collect: () => {
          made.reset() // what is not read any more is gone
          read((values, value) => {
            made.set(values, value)
          })
        },
      }),
    })
    return made
  },
  /** In seconds. */
  duration: <L extends Label>(definition: Definition<L>): Durations<L> => {
    const made = new Durations(definition)
    registry.registerMetric(made as unknown as Metric) // of a metric the registry reads its name, and asks it to `get`
    return made
  },
})

export type Instruments = ReturnType<typeof instrumentsIn>
