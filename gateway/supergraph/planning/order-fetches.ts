import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import { OperationTypeNode } from 'graphql'
import { jobsIn, meets, type Job } from './fetch-jobs.ts'

/** For each fetch, those that it needs something of. */
type Waiting = ReadonlyMap<Job, ReadonlySet<Job>>

/**
 * Lets who is told of contexts wait for them: the planner does not know that they are needed there. The fetches of such a
 * plan come in the order of what they need of each other; a plan that has them in order stays as it is.
 */
export const orderFetches = (plan: QueryPlan): QueryPlan => {
  const { node } = plan
  const root = node?.kind === 'Subscription' ? node.rest : node
  if (!node || !root) return plan
  const jobs = jobsIn(root)
  const isLate = (job: Job, other: Job): boolean => tells(other, job) && !job.before.includes(other)
  if (!jobs.some((job) => jobs.some((other) => isLate(job, other)))) return plan
  const waiting = new Map(jobs.map((job) => [job, new Set(jobs.filter((other) => isNeeded(other, job)))]))
  const ordered = inOrder(jobs, waiting)
  return { ...plan, node: node.kind === 'Subscription' ? { ...node, rest: ordered } : ordered }
}

const tells = (other: Job, job: Job): boolean => other !== job && meets(other.brings, job.told)

/** Whether a fetch has to come before another: for what it brings, or because the other changes something. */
const isNeeded = (other: Job, job: Job): boolean =>
  tells(other, job) || (job.before.includes(other) && (isMutation(job) || meets(other.brings, job.needs)))

const isMutation = ({ node }: Job): boolean => node.operationKind === OperationTypeNode.MUTATION && !node.requires

/** What needs nothing of each other side by side, and the rest after what it needs. */
const inOrder = (jobs: readonly Job[], waiting: Waiting): PlanNode => {
  const groups = groupsOf(jobs, waiting)
  if (groups.length > 1) return { kind: 'Parallel', nodes: groups.map((group) => inOrder(group, waiting)) }
  const here = new Set(jobs)
  const ready = jobs.filter((job) => waiting.get(job)?.isDisjointFrom(here) !== false)
  // Where two wait for each other they are told what there is by then.
  const first = ready.length === 0 ? jobs.slice(0, 1) : ready
  const rest = jobs.filter((job) => !first.includes(job))
  const nodes = first.map(nodeOf)
  const start: PlanNode = nodes.length === 1 && nodes[0] ? nodes[0] : { kind: 'Parallel', nodes }
  if (rest.length === 0) return start
  const next = inOrder(rest, waiting)
  return { kind: 'Sequence', nodes: [start, ...(next.kind === 'Sequence' ? next.nodes : [next])] }
}

/** Those that have nothing to do with those of other groups. */
const groupsOf = (jobs: readonly Job[], waiting: Waiting): readonly (readonly Job[])[] => {
  const groups: Job[][] = []
  for (const job of jobs) {
    const touched = groups.filter((group) =>
      group.some((other) => waiting.get(job)?.has(other) === true || waiting.get(other)?.has(job) === true),
    )
    const merged = [...touched.flat(), job]
    groups.splice(0, groups.length, ...groups.filter((group) => !touched.includes(group)), merged)
  }
  return groups
}

const nodeOf = ({ node, path, conditions }: Job): PlanNode => {
  const placed: PlanNode = path.length === 0 ? node : { kind: 'Flatten', path: [...path], node }
  return conditions.reduceRight<PlanNode>(
    (inner, { variable, isMet }) => ({
      kind: 'Condition',
      condition: variable,
      ...(isMet ? { ifClause: inner } : { elseClause: inner }),
    }),
    placed,
  )
}
