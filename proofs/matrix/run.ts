import { doorName, type Case, type Cases, type Untested } from './case.ts'
import { cellOf, expectedOf, type Cell } from './cell.ts'
import { makeCases } from './make-cases.ts'
import { outcomeOf } from './outcome.ts'
import { firstWordOf } from './subscribe.ts'
import { inTurns } from '../stage/in-turns.ts'
import { ALLOW } from '../model/expectation.ts'
import type { ModelGraph } from '../model/rule.ts'
import type { Answer } from '../stage/answer.ts'
import { CALLER_KINDS, OWNER_CALLER, type CallerKind, type SentCaller } from '../stage/callers.ts'
import type { Stage } from '../stage/stage.ts'

export interface MatrixResult {
  readonly cells: readonly Cell[]
  readonly untested: readonly Untested[]
  readonly coordinates: Cases['coordinates']
  /** Kinds of callers that nobody was sent as. */
  readonly missingKinds: readonly CallerKind[]
}

export interface MatrixOptions {
  readonly graph: ModelGraph
  /** Which of the cases; all of them, unless told. */
  readonly select?: (of: Case) => boolean
}

const ATONCE = 6

const ask = async (stage: Stage, of: Case, sent: SentCaller): Promise<Answer> => {
  const { doors } = stage
  const { door, query } = of
  const variables = of.variables()
  if (of.operation !== 'subscription') {
    return door.kind === 'gateway'
      ? doors.askGateway(sent, query, variables)
      : doors.askSubgraph(door.name, sent, query, variables)
  }
  if (door.kind === 'subgraph') {
    const extensions = { principal: await doors.internalTokenOf(sent, door.name) }
    return firstWordOf({ url: doors.subgraphUrl(door.name), query, variables, extensions })
  }
  const bearer = await doors.bearerOf(sent)
  const connectionParams = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  return firstWordOf({ url: `${doors.gatewayUrl}/graphql`, query, variables, connectionParams })
}

/** A subscription that is allowed says nothing until something happens: only the one with something to replay is waited for. */
const isAnswered = (stage: Stage, of: Case, sent: SentCaller): boolean =>
  of.operation !== 'subscription' ||
  expectedOf(of, sent) !== ALLOW ||
  (sent.name === OWNER_CALLER.name && stage.replay.has(of.coordinate))

const askAll = (stage: Stage, cases: readonly Case[], callers: readonly SentCaller[]): Promise<readonly Cell[]> => {
  const pairs = cases.flatMap((of) =>
    callers.filter((sent) => isAnswered(stage, of, sent)).map((sent) => ({ of, sent })),
  )
  return inTurns(pairs, ATONCE, async ({ of, sent }) => cellOf(of, sent, outcomeOf(of, await ask(stage, of, sent))))
}

/** One after the other, each between two looks at the tables. */
const askDeniedMutations = async (stage: Stage, cases: readonly Case[], callers: readonly SentCaller[]) => {
  const cells: Cell[] = []
  let before = await stage.written()
  for (const of of cases) {
    for (const sent of callers.filter((candidate) => expectedOf(of, candidate) !== ALLOW)) {
      const outcome = outcomeOf(of, await ask(stage, of, sent))
      const after = await stage.written()
      cells.push(cellOf(of, sent, outcome, after === before ? 'nothing' : 'something'))
      before = after
    }
  }
  return cells
}

/** One after the other: what one changes, the next meets. */
const askAllowedMutations = async (stage: Stage, cases: readonly Case[], callers: readonly SentCaller[]) => {
  const cells: Cell[] = []
  for (const of of cases) {
    for (const sent of callers.filter((candidate) => expectedOf(of, candidate) === ALLOW)) {
      cells.push(cellOf(of, sent, outcomeOf(of, await ask(stage, of, sent))))
    }
  }
  return cells
}

/** Every coordinate of a subgraph without any token: 401, whatever is asked. */
const askUnproven = (stage: Stage, cases: readonly Case[]): Promise<readonly Cell[]> => {
  const expected = '401 UNAUTHENTICATED'
  return inTurns(cases, ATONCE, async (of) => {
    const name = of.door.kind === 'subgraph' ? of.door.name : ''
    const answer =
      of.operation === 'subscription'
        ? await firstWordOf({ url: stage.doors.subgraphUrl(name), query: of.query, variables: of.variables() })
        : await stage.doors.askUnproven(name, of.query, of.variables())
    const status = of.operation === 'subscription' ? 401 : answer.status // a socket has no status of its own
    const got = `${status.toString()} ${answer.errors[0]?.code ?? 'NOTHING'}`
    const isDenied = (answer.data === null || answer.data === undefined) && got === expected
    return {
      ...{ coordinate: of.coordinate, door: doorName(of.door), kind: 'nobody proven', caller: 'no internal token' },
      ...{ expected, got, verdict: isDenied ? 'as expected' : 'unexpected allow' },
    } as const
  })
}

/** A coordinate that answers nobody shows nothing by its denials. */
const withoutControl = (cases: readonly Case[], cells: readonly Cell[]): readonly Untested[] => {
  const answered = new Set(
    cells.filter(({ got }) => got === ALLOW).map(({ coordinate, door }) => `${coordinate} ${door}`),
  )
  return cases
    .filter(({ refusal }) => refusal === undefined)
    .filter((of) => !answered.has(`${of.coordinate} ${doorName(of.door)}`))
    .map((of) => ({ coordinate: of.coordinate, why: `nobody was allowed at the ${doorName(of.door)}` }))
}

/** Sends everybody for everything, and compares with the model. */
export const runMatrix = async (stage: Stage, { graph, select = () => true }: MatrixOptions): Promise<MatrixResult> => {
  const { cases: all, untested, coordinates } = makeCases({ ...stage, graph })
  const cases = all.filter(select)
  const mutations = cases.filter(({ operation }) => operation === 'mutation')
  const others = cases.filter(({ operation }) => operation !== 'mutation')
  const { callers, suspendedCallers } = stage

  const cells = [
    ...(await askDeniedMutations(stage, mutations, callers)),
    ...(await askAll(stage, others, callers)),
    ...(await askUnproven(
      stage,
      cases.filter(({ door }) => door.kind === 'subgraph'),
    )),
  ]
  await stage.suspend('suspended')
  cells.push(...(await askDeniedMutations(stage, mutations, suspendedCallers)))
  cells.push(...(await askAll(stage, others, suspendedCallers)))
  await stage.suspend('active')
  cells.push(...(await askAllowedMutations(stage, mutations, callers)))

  const sent = new Set([...callers, ...suspendedCallers].map(({ kind }) => kind))
  return {
    cells,
    untested: [...untested, ...withoutControl(cases, cells)],
    coordinates,
    missingKinds: CALLER_KINDS.filter((kind) => !sent.has(kind)),
  }
}
