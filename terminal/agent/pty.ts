import type { Socket } from 'node:net'
import type { IPty } from '@lydell/node-pty'
import type { TerminalSize } from '../protocol/size.ts'
import { openPtyInput } from './pty-input.ts'
import type { Shell } from './shell.ts'
import { withoutGaps } from './without-gaps.ts'

/** A program behind a pseudo terminal. */
export interface Pty {
  /** The leader of its session of processes. */
  readonly pid: number
  /** Gives input to the program; `taken` is called when the terminal has it, in order. */
  readonly write: (bytes: Uint8Array, taken: () => void) => void
  readonly resize: (size: TerminalSize) => void
  /** No output comes until `resume`; the program waits as soon as its terminal is full. */
  readonly pause: () => void
  readonly resume: () => void
}

export interface PtyEvents {
  readonly onOutput: (bytes: Buffer) => void
  /** The program has ended and all of its output was given to `onOutput`. Once. */
  readonly onExit: (exit: { readonly exitCode: number; readonly signal: number }) => void
}

export type OpenPty = (shell: Shell, size: TerminalSize, events: PtyEvents) => Pty

/** How long what other processes still write may come after the program itself has ended. */
const LATE_OUTPUT_MS = 200

/**
 * Loads what opens pseudo terminals. Rejects, saying what to do, where there is none for this platform: it is a binary
 * that is installed as an optional package.
 */
export const loadPty = async (): Promise<OpenPty> => {
  const { spawn } = await import('@lydell/node-pty').catch((cause: unknown) => {
    throw new Error(
      `No pseudo terminals on ${process.platform} ${process.arch}: install the optional packages (\`npm install --include=optional\`).`,
      { cause },
    )
  })
  return (shell, { columns, rows }, events) => {
    const pty = withoutGaps(() =>
      spawn(shell.file, [...shell.args], {
        name: 'xterm-256color',
        cols: columns,
        rows,
        cwd: shell.directory,
        env: { ...shell.environment },
        // Bytes as they are: a character may be cut between two reads.
        encoding: null,
        ...(shell.user && { uid: shell.user.uid, gid: shell.user.gid }),
      }),
    )
    return keepWhole(pty, events)
  }
}

/**
 * node-pty destroys its stream a moment after the program has ended, whatever is still to be read: a program that ends
 * while its output is paused would lose the end of it. Here the stream is destroyed when it was read, or was left alone
 * for that long while it could be read.
 */
const keepWhole = (pty: IPty, { onOutput, onExit }: PtyEvents): Pty => {
  const { stream, file } = streamOf(pty)
  const input = openPtyInput(file)
  const destroy = stream.destroy.bind(stream)
  let isPaused = false
  let hasEnded = false
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    input.stop()
    destroy()
  }
  const destroyLater = (): void => {
    clearTimeout(timer)
    if (!isPaused) timer = setTimeout(end, LATE_OUTPUT_MS)
  }
  stream.once('close', input.stop)
  stream.destroy = () => {
    hasEnded = true
    input.stop()
    destroyLater()
    return stream
  }
  // With `encoding: null` node-pty hands over the Buffers that its types call strings.
  pty.onData((data: unknown) => onOutput(data as Buffer))
  pty.onExit(({ exitCode, signal }) => {
    clearTimeout(timer)
    onExit({ exitCode, signal: signal ?? 0 })
  })
  return {
    pid: pty.pid,
    write: input.write,
    resize: ({ columns, rows }) => {
      if (hasEnded || stream.destroyed) return
      pty.resize(columns, rows)
    },
    pause: () => {
      isPaused = true
      clearTimeout(timer)
      stream.pause()
    },
    resume: () => {
      isPaused = false
      stream.resume()
      if (hasEnded) destroyLater()
    },
  }
}

/** The terminal's stream and file, which node-pty's types leave out; checked, as another version may have others. */
const streamOf = (pty: IPty): { readonly stream: Socket; readonly file: number } => {
  const stream: unknown = '_socket' in pty ? pty._socket : undefined
  const file: unknown = 'fd' in pty ? pty.fd : undefined
  if (typeof stream !== 'object' || stream === null || !('destroy' in stream) || typeof file !== 'number')
    throw new Error('This version of node-pty has no stream to read a terminal by')
  return { stream: stream as Socket, file } // a tty.ReadStream, which is a net.Socket
}
