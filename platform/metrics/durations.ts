import type { Definition, Label } from './instruments.ts'

/** What was observed for one combination of labels. */
interface Series<L extends Label> {
  readonly labels: Readonly<Record<L, string>>
  /** How many fell between each bound and the one before it; the last: beyond all of them. */
  readonly counts: number[]
  count: number
  sum: number
}

/** The series of one value of a label, or what the next label tells them apart by. */
type ByLabels<L extends Label> = Map<string, ByLabels<L> | Series<L>>

/** One line of the exposition. */
interface Exposed {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** From half a millisecond, about a single row's read, to the longest timeout that is usual. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * How long things took, by labels: a histogram of prom-client's kind. Every request observes several, and prom-client's
 * own, which finds a bucket by the text of its bound, takes six times as long.
 */
export class Durations<L extends Label> {
  readonly name: string
  readonly help: string
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly labelNames: readonly L[]
  readonly #series: Series<L>[] = []
  /** A series by the value of each label, in their order: no text is made to look one up. */
  #byLabels: ByLabels<L> = new Map()

  constructor({ name, help, labels }: Definition<L>) {
    this.name = name
    this.help = help
    this.labelNames = labels
  }

  observe(labels: Readonly<Record<L, string>>, seconds: number): void {
    const series = this.#seriesOf(labels)
    let bucket = 0
    while (bucket < SECONDS.length && seconds > (SECONDS[bucket] ?? 0)) bucket++
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.count++
    series.sum += seconds
  }

  /** As the registry asks for it. */
  get() {
    const { name, help, type, aggregator } = this
    const values = this.#series.flatMap((series) => this.#exposed(series))
    return Promise.resolve({ name, help, type, aggregator, values })
  }

  reset(): void {
    this.#series.length = 0
    this.#byLabels = new Map()
  }

  #seriesOf(labels: Readonly<Record<L, string>>): Series<L> {
    if (this.labelNames.length === 0) return this.#series[0] ?? this.#add(labels)
    let found: ByLabels<L> | Series<L> | undefined = this.#byLabels
    for (const name of this.labelNames) {
      if (!(found instanceof Map)) break
      found = found.get(labels[name])
    }
    return found === undefined || found instanceof Map ? this.#add(labels) : found
  }

  #add(labels: Readonly<Record<L, string>>): Series<L> {
    const series = { labels, counts: Array.from({ length: SECONDS.length + 1 }, () => 0), count: 0, sum: 0 }
    this.#series.push(series)
    let level = this.#byLabels
    for (const [index, name] of this.labelNames.entries()) {
      const value = labels[name]
      if (index === this.labelNames.length - 1) {
        level.set(value, series)
        break
      }
      const next = level.get(value)
      const below: ByLabels<L> = next instanceof Map ? next : new Map<string, never>()
      level.set(value, below)
      level = below
    }
    return series
  }

  /** Each bucket holds those below it, as Prometheus wants it. */
  #exposed({ labels, counts, count, sum }: Series<L>): Exposed[] {
    let below = 0
    const buckets = [...SECONDS, '+Inf'].map((le, index) => {
      below += counts[index] ?? 0
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: below }
    })
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ]
  }
}
