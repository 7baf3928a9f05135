import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a process of this bench can be asked, by name. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>

/** A process of this bench, asked over its channel. */
export interface Remote<Offered extends Calls> {
  readonly call: <Name extends keyof Offered & string>(
    name: Name,
    ...argument: Parameters<Offered[Name]>
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>
  readonly pid: number
  readonly stop: () => Promise<void>
}

interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** Answers the calls of whoever started this process, and ends with it. */
export const answerCalls = (calls: Calls): void => {
  process.on('message', ({ id, name, argument }: Question) => {
    const call = calls[name] as ((argument: unknown) => unknown) | undefined
    Promise.resolve()
      .then(() => call?.(argument))
      .then(
        (value) => process.send?.({ id, value }),
        (error: unknown) => process.send?.({ id, error: String(error) }),
      )
  })
  process.once('disconnect', () => process.exit(0))
}

export const startRemote = <Offered extends Calls>(
  program: string,
  flags: readonly string[] = [],
  args: readonly string[] = [],
): Remote<Offered> => {
  const child: ChildProcess = fork(join(import.meta.dirname, program), args, {
    execArgv: [...flags],
    stdio: 'inherit',
  })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let asked = 0
  child.on('message', ({ id, value, error }: Reply) => {
    const asker = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asker?.resolve(value)
    else asker?.reject(new Error(`${program}: ${error}`))
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${program} ended`))
  })
  return {
    pid: child.pid ?? 0,
    call: (name, ...[argument]) =>
      new Promise((resolve, reject) => {
        const id = asked++
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
        child.send({ id, name, argument })
      }),
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
