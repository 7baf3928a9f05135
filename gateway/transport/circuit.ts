import { catalogued } from '../../platform/errors/catalogue.ts'

export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitOptions {
  /** Failures without a success between them that open it; 0: it never opens. */
  readonly failures: number
  /** How long it stays open at first; twice as long after each probe that failed, up to `MAX_OPEN_MS`. */
  readonly openMs: number
  readonly onChange?: ((state: CircuitState) => void) | undefined
  /** Monotonic, in milliseconds. */
  readonly now?: () => number
}

/** How a fetch ended, as far as the subgraph is concerned. */
export type Passage = 'succeeded' | 'failed' | 'given up'

/** Spares a subgraph that does not answer, and those who would wait for it. */
export interface Circuit {
  /**
   * Throws `SUBGRAPH_CIRCUIT_OPEN` while the subgraph is spared. When it has been for long enough one fetch passes, and
   * decides for all. Whoever passed says how it ended.
   */
  readonly pass: () => (ended: Passage) => void
}

const MAX_OPEN_MS = 30_000

export const createCircuit = ({
  failures,
  openMs,
  onChange,
  now = () => performance.now(),
}: CircuitOptions): Circuit => {
  let state: CircuitState = 'closed'
  let failed = 0
  let opened = { at: 0, forMs: openMs }

  const change = (to: CircuitState): void => {
    if (state === to) return
    state = to
    onChange?.(to)
  }
  const open = (forMs: number): void => {
    opened = { at: now(), forMs: Math.min(forMs, MAX_OPEN_MS) }
    change('open')
  }
  const refuse = (): never => {
    const left = Math.max(opened.at + opened.forMs - now(), 0)
    throw catalogued('SUBGRAPH_CIRCUIT_OPEN', { retryAfterSeconds: Math.max(Math.ceil(left / 1000), 1) })
  }

  const probed = (ended: Passage): void => {
    if (ended === 'succeeded') {
      failed = 0
      change('closed')
    } else if (ended === 'failed') open(opened.forMs * 2)
    else {
      // A probe that nobody waited for has shown nothing: the next one may begin at once.
      opened = { ...opened, at: -Infinity }
      change('open')
    }
  }
  const passed = (ended: Passage): void => {
    if (ended === 'given up' || state !== 'closed') return
    failed = ended === 'failed' ? failed + 1 : 0
    if (failures > 0 && failed >= failures) open(openMs)
  }

  return {
    pass: () => {
      if (state === 'closed') return passed
      if (state === 'half-open' || now() < opened.at + opened.forMs) return refuse()
      change('half-open')
      return probed
    },
  }
}
