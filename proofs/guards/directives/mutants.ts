import { askersFor, TARGET_USER, type Asker } from './askers.ts'
import { edited, editsOf, usesIn, type Use } from './edits.ts'
import { imitate, type Imitation } from './imitation.ts'
import { probe } from './probe.ts'
import { subgraphDocument } from '../../../schema/subgraph-sdl.ts'
import { isWarning, lintSubgraphs } from '../../../schema/lint.ts'
import type { SubgraphModule } from '../../../platform/subgraph/module.ts'
import type { Case } from '../../matrix/case.ts'
import { makeCases } from '../../matrix/make-cases.ts'
import type { ValueSource } from '../../matrix/values.ts'
import { expectation } from '../../model/expectation.ts'
import type { Mutant } from '../mutant.ts'
import type { DocumentNode } from 'graphql'

interface Question {
  readonly of: Case
  readonly variables: Readonly<Record<string, unknown>>
  readonly asker: Asker
  /** What the model says; undefined where ids of two projects are mixed, or of two people: imitations are the target's. */
  readonly expected: string | undefined
}

export interface DirectiveGround {
  readonly documents: ReadonlyMap<string, DocumentNode>
  readonly source: ValueSource
  readonly cases: readonly Case[]
  /** The same cases with the things of the project beside it, by coordinate and query. */
  readonly beside: ReadonlyMap<string, Case>
  /** What says that a document may not stand; lint, unless a test takes it out. */
  readonly lint: typeof lintSubgraphs
}

export const directiveGround = (
  modules: readonly SubgraphModule[],
  source: ValueSource,
  lint = lintSubgraphs,
): DirectiveGround => ({
  documents: new Map(modules.map(({ name, schemaFiles }) => [name, subgraphDocument(schemaFiles)])),
  source,
  cases: makeCases(source).cases,
  beside: new Map(
    makeCases({ ...source, target: source.neighbour, neighbour: source.target }).cases.map((of) => [nameOf(of), of]),
  ),
  lint,
})

const nameOf = ({ coordinate, query }: Case): string => `${coordinate} ${query}`

const isIn = (subgraph: string) => (of: Case) => of.door.kind === 'subgraph' && of.door.name === subgraph

/** Cases that meet the rule: of its coordinate, of fields and keys of its type, of root fields that return it. */
const casesOf = ({ cases, source }: DirectiveGround, subgraph: string, { type, field }: Use): readonly Case[] => {
  const { graph } = source
  const meets = ({ coordinate }: Case): boolean => {
    if (field !== undefined) return coordinate === `${type}.${field}`
    const [owner = '', name = ''] = coordinate.split('.')
    const returned = graph.types.get(owner)?.fields.get(name)?.type
    return owner === type || coordinate.startsWith(`${type}(`) || returned === type
  }
  return cases.filter(isIn(subgraph)).filter(meets)
}

/** The same arguments with every id but the scope's from the project beside it, for its owner. */
const mixed = (ground: DirectiveGround, of: Case): Readonly<Record<string, unknown>> | undefined => {
  const other = ground.beside.get(nameOf(of))
  const path = of.rules[0]?.path
  return other && path && merged(other.variables(), of.variables(), path)
}

type Values = Readonly<Record<string, unknown>>

const merged = (base: Values, target: Values, [name = '', ...rest]: readonly string[]): Values => {
  const [held, wanted] = [base[name], target[name]]
  const isDeeper = rest.length > 0 && typeof held === 'object' && held !== null && typeof wanted === 'object'
  return { ...base, [name]: isDeeper && wanted !== null ? merged(held as Values, wanted as Values, rest) : wanted } // objects both
}

const isOfTwoPeople = ({ rules }: Case, { caller }: Asker): boolean =>
  rules.some(({ kind }) => kind === 'self') && caller.user !== undefined && caller.user !== TARGET_USER

const questionsOf = (ground: DirectiveGround, subgraph: string, use: Use): readonly Question[] => {
  const values = use.node.arguments?.find(({ name }) => name.value === 'capability')?.value
  const askers = askersFor(values && 'value' in values ? String(values.value) : undefined)
  return casesOf(ground, subgraph, use).flatMap((of) => {
    const variables = of.variables()
    const plain = askers.map((asker) => ({
      ...{ of, variables, asker },
      expected: isOfTwoPeople(of, asker) ? undefined : expectation(of.rules, asker.caller, of.place, of.freshness),
    }))
    const both = use.field === undefined ? undefined : mixed(ground, of)
    if (both === undefined) return plain
    return [...plain, ...askers.map((asker) => ({ of, variables: both, asker, expected: undefined }))]
  })
}

/** What each question got, one a line. */
const answersTo = async (imitation: Imitation, questions: readonly Question[]) => {
  const answers = []
  for (const { of, variables, asker, expected } of questions) {
    answers.push({ ...(await probe(imitation, of, variables, asker)), expected, of, asker })
  }
  return answers
}

const imitationOf = (document: DocumentNode, ground: DirectiveGround): Imitation | Error => {
  try {
    return imitate(document, ground.source.target)
  } catch (fault) {
    return fault instanceof Error ? fault : new Error(String(fault))
  }
}

interface Sound {
  readonly questions: readonly Question[]
  readonly answers: Awaited<ReturnType<typeof answersTo>>
}

/** What is asked about one use, and answered while it stands: what the independent model says. */
const soundAnswers = async (ground: DirectiveGround, subgraph: string, use: Use): Promise<Sound> => {
  const document = ground.documents.get(subgraph)
  const imitation = document && imitationOf(document, ground)
  if (imitation === undefined || imitation instanceof Error)
    throw new Error(`${subgraph} cannot be imitated`, { cause: imitation })
  const questions = questionsOf(ground, subgraph, use)
  const answers = await answersTo(imitation, questions)
  const unsound = answers.find(({ got, expected }) => expected !== undefined && got !== expected)
  if (unsound !== undefined) {
    const { of, asker, expected, got } = unsound
    throw new Error(`${of.coordinate} as ${asker.name}, no guard missing: expected ${String(expected)}, got ${got}`)
  }
  return { questions, answers }
}

/** Is the edited graph refused by lint, or is somebody answered otherwise by the subgraph that enforces it? */
const noticedBy = async (
  ground: DirectiveGround,
  subgraph: string,
  mutant: DocumentNode,
  sound: () => Promise<Sound>,
): Promise<string | undefined> => {
  const findings = ground
    .lint(new Map([...ground.documents, [subgraph, mutant]]), 'product')
    .filter((finding) => !isWarning(finding))
  if (findings[0] !== undefined) return `lint: ${findings[0].rule} at ${findings[0].coordinate}`
  const changed = imitationOf(mutant, ground)
  if (changed instanceof Error) return `the subgraph does not start: ${changed.message}`
  const { questions, answers: before } = await sound()
  const after = await answersTo(changed, questions)
  const index = before.findIndex(({ seen }, at) => seen !== after[at]?.seen)
  const [was, is] = [before[index], after[index]]
  return was && is && `${was.of.coordinate} as ${was.asker.name}: ${was.seen} became ${is.seen}`
}

/** Every edit of every use of the family in every subgraph. */
export const directiveMutants = (ground: DirectiveGround): readonly Mutant[] =>
  [...ground.documents].flatMap(([subgraph, document]) =>
    usesIn(document).flatMap((use) => {
      let known: Promise<Sound> | undefined
      const sound = (): Promise<Sound> => (known ??= soundAnswers(ground, subgraph, use))
      return editsOf(ground.source.graph, use).map((edit) => ({
        guard: 'directive' as const,
        coordinate: `${subgraph}: ${use.coordinate}`,
        change: edit.change,
        noticedBy: () => noticedBy(ground, subgraph, edited(document, use, edit), sound),
      }))
    }),
  )
