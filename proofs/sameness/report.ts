import { compareBytes, type Difference } from './bytes.ts'
import { makePairs, NAMES_OTHERS } from './pairs.ts'
import { timePair, type Timing, type TimingOptions } from './timing.ts'
import { readGraph } from '../model/read-graph.ts'
import type { ProofReport } from '../report/report.ts'
import { productSupergraph, startStage, type Stage } from '../stage/stage.ts'
import { OWNER_CALLER, STRANGER_CALLER } from '../stage/callers.ts'
import { readThings } from '../stage/things.ts'

/** Places of each kind: a project, its things, an organization, a write, an entity key. */
const TIMED: readonly (readonly [place: string, door: string])[] = [
  ['Query.project(id)', 'gateway'],
  ['Query.bucket(id)', 'gateway'],
  ['Query.organization(id)', 'gateway'],
  ['Mutation.createBucket(input.projectId)', 'gateway'],
  ['Query.allocation(id)', 'compute'],
  ['Bucket(id) in storage', 'storage'],
]

export interface SamenessResult {
  readonly places: number
  readonly comparisons: number
  readonly differences: readonly Difference[]
  readonly untested: readonly string[]
  readonly timings: readonly Timing[]
}

export const runSameness = async (
  stage: Stage,
  supergraph: string,
  timing: TimingOptions | 'bytes only',
): Promise<SamenessResult> => {
  const source = { ...stage, graph: readGraph(supergraph) }
  const { pairs, untested } = makePairs(source, await readThings(stage.world.owner, 'foreign'))
  const [ofStrangers, ofMembers] = [STRANGER_CALLER, OWNER_CALLER].map((caller) =>
    pairs.filter((pair) => pair.caller === caller),
  )
  const timings: Timing[] = []
  for (const [place, door] of timing === 'bytes only' ? [] : TIMED) {
    const pair = pairs.find((of) => of.place === place && (of.subgraph ?? 'gateway') === door)
    if (pair && timing !== 'bytes only') timings.push(await timePair(pair, stage.doors, timing))
  }
  // Members last: what they name may become part of the world.
  const differences = [
    ...(await compareBytes(ofStrangers ?? [], stage.doors)),
    ...(await compareBytes(ofMembers ?? [], stage.doors)),
  ]
  return {
    places: new Set(pairs.map(({ place }) => place)).size,
    comparisons: pairs.flatMap(({ nonexistent }) => nonexistent).length,
    ...{ differences, untested, timings },
  }
}

export const samenessReport = (
  { places, comparisons, differences, untested, timings }: SamenessResult,
  supergraph: string,
): ProofReport => {
  const late = timings.filter(({ isWithin }) => !isWithin)
  const ratios = timings.map(({ ratio }) => ratio)
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  const range =
    timings.length === 0
      ? ''
      : `; medians of latency ${least.toFixed(3)} to ${most.toFixed(3)} of one another over ${String(timings[0]?.pairs ?? 0)} pairs`
  return {
    name: 'sameness',
    claim:
      'What is foreign and what does not exist give the same bytes, in the same time, for every id argument and every entity key.',
    holds: differences.length + untested.length + late.length === 0,
    supergraph,
    summary: `${comparisons.toString()} comparisons at ${places.toString()} places for an id: ${differences.length.toString()} differ, ${untested.length.toString()} untested${range}`,
    figures: {
      'places for an id': places,
      comparisons,
      'answers that differ': differences.length,
      'untested places': untested.length,
      'timed places': timings.length,
      'timed places out of bounds': late.length,
    },
    findings: [
      ...differences.map(
        ({ place, door, foreign, nonexistent }) =>
          `${place} at ${door}: foreign answers\n${foreign}\nand nonexistent\n${nonexistent}`,
      ),
      ...untested.map((why) => `untested: ${why}`),
      ...late.map(
        ({ place, door, ratio }) => `${place} at ${door}: foreign takes ${ratio.toFixed(3)} of the time of nonexistent`,
      ),
    ],
    limits: [
      `Left out, because they are there to name somebody of elsewhere: ${NAMES_OTHERS.join(', ')}. They tell a member with that capability whether an account with this id exists.`,
      'Times are measured over the loopback interface, one request at a time; a place whose ratio is out of bounds is measured again, up to the number of attempts in the table.',
      'In CI times are measured over fewer pairs and judged by a wider bound (0.75 to 1.25): the machine does other things besides.',
    ],
    tables: [
      {
        title: 'Times',
        columns: ['place', 'door', 'foreign, median ms', 'nonexistent, median ms', 'ratio', 'attempts'],
        rows: timings.map((of) => [
          of.place,
          of.door,
          of.foreignMs.toFixed(3),
          of.nonexistentMs.toFixed(3),
          of.ratio.toFixed(4),
          of.attempts,
        ]),
      },
    ],
  }
}

export const proveSameness = async (timing: TimingOptions | 'bytes only'): Promise<ProofReport> => {
  const supergraph = await productSupergraph()
  const stage = await startStage()
  try {
    return samenessReport(await runSameness(stage, supergraph, timing), supergraph)
  } finally {
    await stage.stop()
  }
}
