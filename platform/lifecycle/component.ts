/** A part of a process that is started and stopped: a database, a server, a relay. */
export interface Component {
  /** As operators know it: `database`, `gateway`. */
  readonly name: string
  /** What an operator can do when it does not start. */
  readonly remedy: string
  /** Resolves when the part can be used by those after it. What a failing start has opened it closes itself. */
  readonly start: () => Promise<StartedComponent>
}

export interface StartedComponent {
  /** Finishes what is running, then lets go of everything. */
  readonly stop: () => Promise<void>
}

/** A process's life; `/health/ready` answers 200 in `ready` alone. */
export type LifeState =
  | { readonly phase: 'starting'; readonly component: string | undefined }
  | { readonly phase: 'ready' }
  | { readonly phase: 'draining'; readonly reason: string }
  | { readonly phase: 'stopped'; readonly failures: readonly StopFailure[] }

/** A part that did not stop as it should. */
export interface StopFailure {
  readonly component: string
  readonly error: unknown
}
