import type { Clock } from '../../platform/clock/clock.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import type { OpenTerminalTask } from '../node-link/task.ts'
import { INPUT_WINDOW_BYTES } from '../protocol/window.ts'
import type { TerminalSize } from '../protocol/size.ts'
import type { Recorder } from '../recording/recorder.ts'
import type { RecordingReport, TerminalCloseReason } from '../sessions.ts'
import { endProcesses } from './end-processes.ts'
import { OutputFlow } from './flow.ts'
import type { Pty } from './pty.ts'

/** How a terminal's part of a link hears of it. */
export interface SessionStream {
  readonly opened: (told: Opened) => void
  readonly output: (offset: number, bytes: Uint8Array) => void
  readonly inputTaken: (offset: number) => void
  readonly exited: (exit: Exit) => void
  readonly hasRoom: () => boolean
}

/** Where output goes on, and how much of the input has arrived, and was taken in. */
export interface Opened {
  readonly offset: number
  readonly lost: number
  readonly inputOffset: number
  readonly inputTaken: number
}

export interface Exit {
  readonly exitCode: number
  readonly signal: number
}

/** What is told of a session when nothing of it is left. */
export interface EndedShell {
  readonly ticket: string
  readonly gatewayId: string
  readonly reason: TerminalCloseReason
  readonly exitCode: number | undefined
  readonly recording: RecordingReport | undefined
}

/** Which attachment of the session listens, or did last. */
export interface Attachment {
  readonly generation: number
  readonly ticket: string
  readonly gatewayId: string
}

export interface ShellSessionParts {
  readonly task: OpenTerminalTask
  readonly clock: Clock
  readonly remove: () => Promise<void>
}

/** One terminal: its program, the end of its output, and who listens. Lives on while links come and go. */
export class ShellSession {
  readonly id: Uuid
  readonly allocationId: Uuid
  readonly endsAt: Date
  readonly idleMs: number
  readonly #clock: Clock
  readonly #remove: () => Promise<void>
  readonly #output = new OutputFlow()
  #pty: Pty | undefined
  #recorder: Recorder | undefined
  #isRecorderFull = false
  #stream: SessionStream | undefined
  #attachment: Attachment | undefined
  #exit: (Exit & { readonly at: Date; isTold: boolean }) | undefined
  #size: TerminalSize
  #inputGiven = 0
  #inputTaken = 0
  #usedAt: Date
  #aloneSince: Date | undefined
  #isPaused = false

  constructor({ task, clock, remove }: ShellSessionParts) {
    this.id = task.sessionId
    this.allocationId = task.target.allocationId
    this.endsAt = new Date(task.endsAt)
    this.idleMs = task.idleMs
    this.#clock = clock
    this.#remove = remove
    this.#usedAt = clock.now()
    this.#size = task.size
  }

  get attachment(): Attachment | undefined {
    return this.#attachment
  }

  get isAttached(): boolean {
    return this.#stream !== undefined
  }

  /** Whether it is this stream that listens. */
  hears(stream: SessionStream): boolean {
    return this.#stream === stream
  }

  /** Since when no gateway listens. */
  get aloneSince(): Date | undefined {
    return this.#aloneSince
  }

  /** When something was typed last, or shown to somebody. */
  get usedAt(): Date {
    return this.#usedAt
  }

  get exitedAt(): Date | undefined {
    return this.#exit?.at
  }

  /** The program and, where it is recorded, its recorder: given once, before anything is attached. */
  begin(pty: Pty, recorder: Recorder | undefined): void {
    this.#pty = pty
    this.#recorder = recorder
  }

  output(bytes: Buffer): void {
    this.#recorder?.output(bytes)
    if (this.isAttached) this.#usedAt = this.#clock.now()
    this.#output.push(bytes)
    this.#settle()
  }

  exited(exit: Exit): void {
    this.#exit = { ...exit, at: this.#clock.now(), isTold: false }
    this.#settle()
  }

  recorderIs(state: 'full' | 'drained'): void {
    this.#isRecorderFull = state === 'full'
    this.#settle()
  }

  /** False for an offset that the output never reached. */
  attach(attachment: Attachment, stream: SessionStream, offset: number, size: TerminalSize): boolean {
    if (offset > this.#output.end) return false
    this.#attachment = attachment
    this.#stream = stream
    this.#aloneSince = undefined
    if (this.#exit) this.#exit.isTold = false
    this.resize(size)
    this.#output.listen(
      {
        output: stream.output,
        skipped: (from, lost) =>
          stream.opened({ offset: from, lost, inputOffset: this.#inputGiven, inputTaken: this.#inputTaken }),
        hasRoom: stream.hasRoom,
      },
      offset,
    )
    this.#settle()
    return true
  }

  /** Of this stream alone: a later one stays. `expect`: its link is away and may come back at once. */
  detach(stream: SessionStream, next: 'expect' | 'run-on'): void {
    if (this.#stream !== stream) return
    this.#stream = undefined
    this.#aloneSince = this.#clock.now()
    this.#output.unlisten(next)
    this.#settle()
  }

  /** Nobody came back: the program does not wait any more. */
  runOn(): void {
    if (this.isAttached) return
    this.#output.unlisten('run-on')
    this.#settle()
  }

  /** False where more comes than a client may send before it is taken in. */
  input(stream: SessionStream, bytes: Uint8Array): boolean {
    if (this.#stream !== stream) return true
    if (this.#inputGiven + bytes.length - this.#inputTaken > INPUT_WINDOW_BYTES) return false
    this.#usedAt = this.#clock.now()
    this.#inputGiven += bytes.length
    this.#pty?.write(bytes, () => {
      this.#inputTaken += bytes.length
      this.#stream?.inputTaken(this.#inputTaken)
    })
    return true
  }

  resize(size: TerminalSize): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return
    this.#size = size
    this.#pty?.resize(size)
    this.#recorder?.resized(size)
  }

  acknowledge(stream: SessionStream, offset: number): void {
    if (this.#stream !== stream) return
    this.#output.acknowledge(offset)
    this.#settle()
  }

  /** The link has room again. */
  pump(): void {
    this.#output.pump()
    this.#settle()
  }

  /** Ends its processes and its recording. Nothing is heard of it afterwards. */
  async end(): Promise<Pick<EndedShell, 'exitCode' | 'recording'>> {
    this.#stream = undefined
    this.#output.unlisten('run-on')
    this.#pty?.resume()
    if (this.#pty) await endProcesses(this.#pty.pid)
    const recorder = this.#recorder
    this.#recorder = undefined
    // A recording that could not be written is no recording: its failure was told when it happened.
    const recording = await recorder?.finish().catch(() => undefined)
    await this.#remove().catch(() => undefined)
    return { exitCode: this.#exit?.exitCode, recording }
  }

  /** Pauses or resumes the program, and tells its exit when all of its output was sent. */
  #settle(): void {
    const mustPause = this.#output.isFull || this.#isRecorderFull
    if (mustPause !== this.#isPaused) {
      this.#isPaused = mustPause
      if (mustPause) this.#pty?.pause()
      else this.#pty?.resume()
    }
    const exit = this.#exit
    if (exit === undefined || exit.isTold || !this.#output.isDrained) return
    exit.isTold = true
    this.#stream?.exited({ exitCode: exit.exitCode, signal: exit.signal })
  }
}
