import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { keysOf } from '../supergraph/planning/plan-path.ts'
import { compileFetch } from './compile-fetch.ts'
import type { FetchDependencies } from './send-fetch.ts'
import type { Step } from './run.ts'

/** A plan with nothing left to interpret: each node became a closure when the operation was first seen. */
export interface CompiledPlan {
  /** Runs a query or mutation, or what is left to fetch for one event of a subscription. */
  readonly run: Step
  /** The fetch that a subscription listens to. */
  readonly primary: FetchNode | undefined
}

const nothing: Step = () => undefined

export const compilePlan = ({ node }: QueryPlan, dependencies: FetchDependencies): CompiledPlan => {
  if (!node) return { run: nothing, primary: undefined }
  if (node.kind !== 'Subscription') return { run: compileNode(node, [], dependencies), primary: undefined }
  return { run: node.rest ? compileNode(node.rest, [], dependencies) : nothing, primary: node.primary }
}

type Path = readonly (string | number)[]

const compileNode = (node: PlanNode, path: Path, dependencies: FetchDependencies): Step => {
  const compile = (child: PlanNode): Step => compileNode(child, path, dependencies)
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, keysOf(path), dependencies)
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], dependencies)
    case 'Sequence':
      return inSequence(node.nodes.map(compile))
    case 'Parallel':
      return inParallel(node.nodes.map(compile))
    case 'Condition':
      return onCondition(
        node.condition,
        node.ifClause && compile(node.ifClause),
        node.elseClause && compile(node.elseClause),
      )
    case 'Defer':
      throw catalogued('GRAPHQL_VALIDATION_FAILED', {}, { message: '@defer is not supported.' })
  }
}

const inSequence = (steps: readonly Step[]): Step => {
  const [first, ...more] = steps
  if (!first) return nothing
  if (more.length === 0) return first
  const rest = inSequence(more)
  return (run) => {
    const pending = first(run)
    return pending ? pending.then(() => rest(run)) : rest(run)
  }
}

const inParallel = (steps: readonly Step[]): Step => {
  const [first] = steps
  if (first && steps.length === 1) return first
  return (run) => {
    let pending: Promise<void>[] | undefined
    for (const step of steps) {
      const later = step(run)
      if (later) (pending ??= []).push(later)
    }
    return pending && Promise.all(pending).then(() => undefined)
  }
}

const onCondition =
  (variable: string, then: Step = nothing, otherwise: Step = nothing): Step =>
  (run) =>
    run.conditions.get(variable) === true ? then(run) : otherwise(run)
