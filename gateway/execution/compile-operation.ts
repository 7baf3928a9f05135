import type { QueryPlan } from '@apollo/query-planner'
import { OperationTypeNode, type ExecutionResult, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { Decisions } from '../preflight/decisions.ts'
import type { Guarding } from '../preflight/guarding.ts'
import type { RequestContext } from '../transport/transport.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { FetchDependencies } from './send-fetch.ts'
import { compilePlan } from './compile-plan.ts'
import { errorsOf } from './completion/answer.ts'
import { compileRoot } from './completion/compile-writer.ts'
import { compileIntrospection } from './completion/introspection.ts'
import type { WriteObject } from './completion/write-values.ts'
import { Writing, WRITTEN } from './completion/writing.ts'
import { writtenData } from './completion/written-data.ts'
import { compileConditions, conditionsKey } from '../../platform/graphql/execution/conditions.ts'
import type { Fragments } from '../../platform/graphql/execution/collect-fields.ts'
import type { Prompt } from './later.ts'
import { shapeOf } from './merge-shape.ts'
import type { Run, Variables } from './run.ts'
import type { Resumable } from './resumable.ts'
import type { ClientNames } from './separated-operation.ts'
import { compileSubscription, type ReviewEvent, type SubscriptionEvents } from './subscription.ts'

/** An operation ready to run any number of times. */
export interface CompiledOperation {
  readonly execute: (variables: Variables, request: RequestContext, decisions: Decisions) => Prompt<ExecutionResult>
  /** For subscriptions alone. Rejects with a catalogued error when the subgraph refuses. */
  readonly subscribe: (subscription: SubscriptionStart) => Promise<SubscriptionEvents>
}

/** What one subscription begins with. */
export interface SubscriptionStart {
  readonly variables: Variables
  readonly request: RequestContext
  readonly decisions: Decisions
  readonly review: ReviewEvent
  /** The cursor behind which to go on, instead of where the client asked to begin. */
  readonly after: string | undefined
}

export interface OperationParts {
  /** All of it, under the names of `separateClientNames` and `separateMeanings`; the plan may be that of less, where fields are denied. */
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  /** Undefined where the client calls everything as the operation does. */
  readonly client: ClientNames | undefined
  readonly plan: QueryPlan
  readonly apiSchema: GraphQLSchema
  readonly guarding: Guarding | undefined
  /** Of a subscription whose events say where they stand. */
  readonly resumable: Resumable | undefined
}

/** How many combinations of `@skip` / `@include` values one operation keeps compiled. */
const MAX_VARIANTS = 16

export const compileOperation = (parts: OperationParts, dependencies: FetchDependencies): CompiledOperation => {
  const { operation, fragments } = parts
  const plan = compilePlan(parts.plan, { ...dependencies, guarding: parts.guarding })
  const readConditions = compileConditions(operation, fragments)
  const complete = compileAnswer(parts)
  const subscription = plan.primary && compileSubscription(plan.primary, dependencies, parts.resumable)

  const begin = (variables: Variables, request: RequestContext, decisions: Decisions): Run => ({
    data: {},
    variables,
    conditions: readConditions(variables),
    request,
    decisions,
    errors: [],
  })

  return {
    execute: (variables, request, decisions) => {
      const run = begin(variables, request, decisions)
      const pending = plan.run(run)
      return pending ? pending.then(() => complete(run)) : complete(run)
    },
    subscribe: async ({ variables, request, decisions, review, after }) => {
      if (!subscription) throw catalogued('GRAPHQL_VALIDATION_FAILED')
      const finish = async (run: Run): Promise<ExecutionResult> => {
        await plan.run(run)
        return complete(run)
      }
      return subscription(begin(variables, request, decisions), { review, finish }, after)
    },
  }
}

/** Turns what was fetched into the client's answer: its data is written already, and parsed for those that look into it. */
const compileAnswer = (parts: OperationParts): ((run: Run) => ExecutionResult) => {
  const { operation, fragments, apiSchema, guarding, client } = parts
  const rootType = apiSchema.getRootType(operation.operation)
  if (!rootType) throw catalogued('GRAPHQL_VALIDATION_FAILED')
  const selected = shapeOf(operation.selectionSet, fragments)
  const introspect =
    operation.operation === OperationTypeNode.QUERY ? compileIntrospection(apiSchema, client ?? parts) : undefined
  const variants = new BoundedCache<WriteObject>(MAX_VARIANTS)
  return (run) => {
    const { conditions, decisions } = run
    const write = variants.getOrMake(conditionsKey(conditions), () =>
      compileRoot({ schema: apiSchema, fragments, conditions, guarding, client }, rootType, operation.selectionSet),
    )
    const writing = new Writing({ introspection: introspect ? introspect(run.variables) : {}, decisions })
    const outcome = write(run.data, writing)
    const pieces = writing.json.finish()
    // Null where a null bubbled up to the root.
    const data = outcome === WRITTEN ? writtenData(pieces) : null
    const errors = errorsOf(run.errors, writing, { selected, client })
    return { ...(errors && { errors }), data }
  }
}
