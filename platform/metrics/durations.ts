import type { Definition, Label } from './instruments.ts'

/** What was observed for one combination of labels. */
interface Series<L extends Label> {
  readonly labels: Readonly<Record<L, string>>
  /** How many fell between each bound and the one before it; the last: beyond all of them. */
  readonly counts: number[]
  count: number
  sum: number
}

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
  readonly #series = new Map<string, Series<L>>()

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
    const values = [...this.#series.values()].flatMap((series) => this.#exposed(series))
    return Promise.resolve({ name, help, type, aggregator, values })
  }

  reset(): void {
    this.#series.clear()
  }

  #seriesOf(labels: Readonly<Record<L, string>>): Series<L> {
    let key = ''
    for (const name of this.labelNames) key += `${labels[name]}\n`
    const known = this.#series.get(key)
    if (known) return known
    const made = { labels, counts: Array.from({ length: SECONDS.length + 1 }, () => 0), count: 0, sum: 0 }
    this.#series.set(key, made)
    return made
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
