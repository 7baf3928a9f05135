import type { Client } from 'pg'
import { plantRows } from '../database/plant-rows.ts'
import { makeAttacks, type Attack } from './attacks.ts'
import { countAttacks } from './count-attacks.ts'
import { directAttacks } from './direct-attacks.ts'
import type { Laboratory, Met, StrippedRepository } from './laboratory.ts'
import type { Scope } from '../../../platform/access/scope.ts'
import type { ModelGraph } from '../../model/rule.ts'
import type { Stage } from '../../stage/stage.ts'
import type { Mutant } from '../mutant.ts'

const PROJECTS: readonly string[] = ['project', 'project-set'] satisfies readonly Scope['kind'][]

/** The fourth layer, for everybody of this database. */
const setPolicies = async (owner: Client, standing: 'enable' | 'disable'): Promise<void> => {
  await owner.query(`do $$ declare t record; begin
    for t in select c.oid::regclass as name from pg_policy p join pg_class c on c.oid = p.polrelid
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications', 'audit') group by 1
    loop execute format('alter table %s ${standing} row level security', t.name); end loop; end $$`)
}

interface Answered {
  readonly attack: Attack
  readonly met: ReadonlyMap<string, Met>
}

export interface RepositoryGround {
  readonly stage: Stage
  readonly laboratory: Laboratory
  readonly graph: ModelGraph
}

/** Ids and instants that are made anew each time say nothing about whose rows were met. */
const VOLATILE = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g

const textOf = (met: ReadonlyMap<string, Met>, repository: string): string =>
  (met.get(repository)?.results ?? []).join('\n').replaceAll(VOLATILE, 'INSTANT')

/** What each repository met in each attack while nothing is missing; an attack whose answer wavers is left out for it. */
interface Baseline {
  readonly bound: readonly Answered[]
  readonly alone: readonly Answered[]
  readonly all: readonly Answered[]
}

const takeBaseline = async ({ stage, laboratory, graph }: RepositoryGround): Promise<Baseline> => {
  // The log is sealed by another process, and nobody of the stage decided what to be told: without these rows there is
  // nothing of others to reach for.
  await stage.world.owner.query('begin')
  await plantRows(stage.world.owner, 'audit.entries')
  await plantRows(stage.world.owner, 'notifications.preferences')
  await stage.world.owner.query('commit')
  const attacks = [
    ...makeAttacks(stage, graph),
    ...directAttacks(stage, laboratory),
    ...countAttacks(stage, laboratory),
  ]
  const round = async (): Promise<readonly Answered[]> => {
    const answers = []
    for (const attack of attacks) answers.push({ attack, met: await metIn(laboratory, attack) })
    return answers
  }
  const steady = (one: readonly Answered[], other: readonly Answered[]): readonly Answered[] =>
    one.map(({ attack, met }, index) => ({
      attack,
      met: new Map([...met].filter(([name]) => textOf(met, name) === textOf(other[index]?.met ?? new Map(), name))),
    }))
  const all = await round()
  const bound = steady(all, await round())
  await setPolicies(stage.world.owner, 'disable')
  const alone = steady(await round(), await round())
  await setPolicies(stage.world.owner, 'enable')
  return { bound, alone, all }
}

const metIn = async (laboratory: Laboratory, attack: Attack): Promise<ReadonlyMap<string, Met>> => {
  laboratory.takeMet()
  // What PostgreSQL refuses was met, and is told apart by that.
  await attack.run().catch(() => undefined)
  return laboratory.takeMet()
}

const firstOtherwise = async (laboratory: Laboratory, answers: readonly Answered[], repository: string) => {
  for (const { attack, met } of answers) {
    if (!met.has(repository)) continue
    if (textOf(await metIn(laboratory, attack), repository) !== textOf(met, repository)) return attack.name
  }
  return undefined
}

type Change = Omit<StrippedRepository, 'repository'>

const ASKS: Change = { stripped: 'asks without its scope' }

/** What can be taken from a repository, by what it was seen to do; one that nobody reached survives, and is named so. */
const changesOf = ({ all }: Baseline, { counting }: Laboratory, repository: string): readonly Change[] => {
  const met = all.flatMap((answered) => answered.met.get(repository) ?? [])
  const does = (what: 'asks' | 'writes'): boolean => met.some((of) => of.does.has(what))
  const totals = (counting.get(repository) ?? []).map((method): Change => ({ ...ASKS, method }))
  if (met.length === 0) return [ASKS, ...totals]
  const isOfProjects = met.some(({ kinds }) => [...kinds].some((kind) => PROJECTS.includes(kind)))
  return [
    ...(does('asks') ? [ASKS] : []),
    ...(does('asks') && isOfProjects ? [{ stripped: 'asks without its project' } as const] : []),
    ...totals,
    ...(does('writes') ? [{ stripped: 'writes into another scope' } as const] : []),
  ]
}

const wordsOf = ({ stripped, method }: Change): string => (method === undefined ? stripped : `${method} ${stripped}`)

/**
 * Each repository without its scope: with the policies off its statements meet what is not the caller's, and that is
 * noticed. With the policies on they must meet what they met before: the fourth layer holds alone.
 */
export const repositoryMutants = async (ground: RepositoryGround): Promise<readonly Mutant[]> => {
  const { laboratory, stage } = ground
  const baseline = await takeBaseline(ground)
  const noticedBy = async (mutant: StrippedRepository): Promise<string | undefined> => {
    const { repository } = mutant
    laboratory.strip(mutant)
    await setPolicies(stage.world.owner, 'disable')
    try {
      const alone = await firstOtherwise(laboratory, baseline.alone, repository)
      if (alone === undefined) return undefined
      await setPolicies(stage.world.owner, 'enable')
      const bound = await firstOtherwise(laboratory, baseline.bound, repository)
      return `without policies: ${alone}; with them ${bound === undefined ? 'nothing is met' : `noticed too: ${bound}`}`
    } finally {
      laboratory.strip(undefined)
      await setPolicies(stage.world.owner, 'enable')
    }
  }
  return laboratory.repositories.flatMap((repository) =>
    changesOf(baseline, laboratory, repository).map((change) => ({
      ...{ guard: 'repository scope' as const, coordinate: repository, change: wordsOf(change) },
      noticedBy: () => noticedBy({ repository, ...change }),
    })),
  )
}
