import { CataloguedError, catalogued } from '../errors/catalogue.ts'
import type { Log } from '../log/log.ts'
import type { Component, LifeState, StartedComponent, StopFailure } from './component.ts'
import { within } from './within.ts'

export interface LifecycleOptions {
  readonly log: Log
  /** How long all parts together may take to stop; a part whose turn comes late still gets `MINIMUM_STOP_MS`. */
  readonly shutdownTimeoutMs: number
}

const MINIMUM_STOP_MS = 1000

interface Running {
  readonly name: string
  readonly part: StartedComponent
}

/** Starts the parts of a process in order and stops them in reverse. One for each process. */
export class Lifecycle {
  readonly #log: Log
  readonly #shutdownTimeoutMs: number
  readonly #running: Running[] = []
  #state: LifeState = { phase: 'starting', component: undefined }
  #starting: Promise<void> = Promise.resolve()
  #stopping: Promise<readonly StopFailure[]> | undefined

  constructor({ log, shutdownTimeoutMs }: LifecycleOptions) {
    this.#log = log.child({ component: 'lifecycle' })
    this.#shutdownTimeoutMs = shutdownTimeoutMs
  }

  get state(): LifeState {
    return this.#state
  }

  /**
   * Starts each part after the one before it. Throws `COMPONENT_START_FAILED`, which names the part and its remedy,
   * after everything that had started was stopped again; likewise when `stop` is called meanwhile.
   */
  async start(components: readonly Component[]): Promise<void> {
    this.#starting = this.#startAll(components)
    try {
      await this.#starting
    } catch (error) {
      await this.stop('a part did not start')
      throw error
    }
    if (this.#stopping === undefined) this.#state = { phase: 'ready' }
    else await this.#stopping
  }

  /** Stops everything once, however often it is called; gives what went wrong. Never throws. */
  stop(reason: string): Promise<readonly StopFailure[]> {
    this.#stopping ??= this.#stopAll(reason)
    return this.#stopping
  }

  async #startAll(components: readonly Component[]): Promise<void> {
    for (const component of components) {
      if (this.#stopping !== undefined) return
      this.#state = { phase: 'starting', component: component.name }
      const began = performance.now()
      this.#running.push({ name: component.name, part: await startOne(component) })
      this.#log.debug({ part: component.name, ms: Math.round(performance.now() - began) }, 'started')
    }
  }

  async #stopAll(reason: string): Promise<readonly StopFailure[]> {
    this.#state = { phase: 'draining', reason }
    const deadline = performance.now() + this.#shutdownTimeoutMs
    await within(this.#shutdownTimeoutMs, this.#starting).catch(() => undefined) // start itself reports its failure
    const failures: StopFailure[] = []
    for (const { name, part } of this.#running.splice(0).toReversed()) {
      try {
        await within(Math.max(deadline - performance.now(), MINIMUM_STOP_MS), part.stop())
      } catch (error) {
        this.#log.error({ err: error, part: name }, 'did not stop as it should')
        failures.push({ component: name, error })
      }
    }
    this.#state = { phase: 'stopped', failures }
    return failures
  }
}

const startOne = async ({ name, remedy, start }: Component): Promise<StartedComponent> => {
  try {
    return await start()
  } catch (error) {
    const code = error instanceof CataloguedError ? ` (${error.code})` : ''
    const reason = error instanceof Error ? error.message : String(error)
    throw catalogued(
      'COMPONENT_START_FAILED',
      {},
      { cause: error, message: `${name} could not start${code}: ${reason}\n  What to do: ${remedy}` },
    )
  }
}
