import { parseArgs } from 'node:util'
import { OPERATION_NAMES, type OperationName } from './operations.ts'
import { CONTENDERS, type ContenderName } from './stage.ts'

export interface BenchArguments {
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly connections: number
  readonly operations: readonly OperationName[]
  readonly contenders: readonly ContenderName[]
  /** Of the file under `bench/results/`; undefined: nothing is written. */
  readonly name: string | undefined
  readonly nodeFlags: readonly string[]
}

export const USAGE = `npm run bench                          three operations, three contenders, about three minutes
npm run bench -- --quick               the same in about half a minute; writes nothing
  --operation dashboard                one operation alone (may be repeated)
  --contender in-process               load on one contender alone (may be repeated)
  --rounds 4 --seconds 4               how often, and how long each time
  --connections 16                     how many requests are under way at once
  --name latest                        bench/results/<name>.json, and the table of bench/README.md
  --node-flag=--cpu-prof               a flag for the in-process contender's node (may be repeated)`

const FULL = { rounds: 4, seconds: 4, warmUpSeconds: 3, name: 'latest' }
const QUICK = { rounds: 1, seconds: 2, warmUpSeconds: 1, name: undefined }

/** Undefined for anything that is not in the usage. */
export const parseArguments = (given: readonly string[]): BenchArguments | undefined => {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        quick: { type: 'boolean' },
        operation: { type: 'string', multiple: true },
        contender: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        connections: { type: 'string' },
        name: { type: 'string' },
        'node-flag': { type: 'string', multiple: true },
      },
    })
    const preset = values.quick === true ? QUICK : FULL
    const isPartial = values.operation !== undefined || values.contender !== undefined
    return {
      ...preset,
      rounds: whole(values.rounds, preset.rounds),
      seconds: whole(values.seconds, preset.seconds),
      connections: whole(values.connections, 16),
      operations: chosen(values.operation, OPERATION_NAMES),
      contenders: chosen(values.contender, CONTENDERS),
      // A part of the measurement must not take the place of the whole.
      name: fileName(values.name ?? (isPartial ? undefined : preset.name)),
      nodeFlags: values['node-flag'] ?? [],
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return undefined
  }
}

const whole = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a whole number above zero`)
  return value
}

const chosen = <Name extends string>(given: readonly string[] | undefined, known: readonly Name[]): readonly Name[] => {
  const unknown = given?.find((text) => !known.some((name) => name === text))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(', ')}`)
  return given === undefined ? known : known.filter((name) => given.includes(name))
}

const fileName = (text: string | undefined): string | undefined => {
  if (text !== undefined && !/^[a-z0-9][a-z0-9-]*$/.test(text)) throw new Error(`${text} is no name for a file`)
  return text
}
