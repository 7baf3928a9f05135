import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** By which a test and a program in a terminal tell each other when: a file that is there, or is not yet. */
export interface Signal {
  /** What a shell runs to wait for it. */
  readonly awaited: string
  /** What a shell runs to give it. */
  readonly given: string
  readonly give: () => Promise<void>
  readonly isGiven: () => Promise<boolean>
  readonly remove: () => Promise<void>
}

/** In a directory of its own, which the shell of a terminal may write to, whoever it runs as. */
export const createSignal = async (): Promise<Signal> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpuaas-signal-'))
  await chmod(directory, 0o777)
  const file = join(directory, 'given')
  return {
    awaited: `until [ -e ${file} ]; do sleep 0.02; done`,
    given: `: > ${file}`,
    give: () => writeFile(file, ''),
    isGiven: () =>
      access(file).then(
        () => true,
        () => false,
      ),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
