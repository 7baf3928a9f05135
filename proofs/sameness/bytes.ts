import type { Pair } from './pairs.ts'
import { inTurns } from '../stage/in-turns.ts'
import type { RawAnswer } from '../stage/answer.ts'
import type { Doors } from '../stage/doors.ts'

/** A place where a caller can tell a foreign thing from one that does not exist. */
export interface Difference {
  readonly place: string
  readonly door: string
  readonly foreign: string
  readonly nonexistent: string
}

/** What may differ between two answers to one question: when it was, and which of the two. */
const VARYING = new Set(['date', 'x-correlation-id'])

const bytesOf = ({ status, headers, text }: RawAnswer): string =>
  [
    status.toString(),
    ...Object.entries(headers)
      .filter(([name]) => !VARYING.has(name))
      .map(([name, value]) => `${name}: ${value}`),
    text.replaceAll(/"correlationId":"[^"]*"/g, '"correlationId":""'),
  ].join('\n')

export const askPair = ({ subgraph, caller, query }: Pair, doors: Doors, variables: Pair['foreign']) =>
  subgraph === undefined
    ? doors.askGateway(caller, query, variables)
    : doors.askSubgraph(subgraph, caller, query, variables)

const AT_ONCE = 4

/** Asks every pair, and compares byte by byte: status, headers, body. */
export const compareBytes = async (pairs: readonly Pair[], doors: Doors): Promise<readonly Difference[]> => {
  const differences = await inTurns(pairs, AT_ONCE, async (pair): Promise<readonly Difference[]> => {
    const foreign = bytesOf(await askPair(pair, doors, pair.foreign))
    const others = await inTurns(pair.nonexistent, 1, async (of) => bytesOf(await askPair(pair, doors, of)))
    return others
      .filter((nonexistent) => nonexistent !== foreign)
      .map((nonexistent) => ({ ...{ place: pair.place, door: pair.subgraph ?? 'gateway' }, foreign, nonexistent }))
  })
  return differences.flat()
}
