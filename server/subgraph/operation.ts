import { createSourceEventStream, getOperationAST, type ExecutionArgs, type ExecutionResult } from 'graphql'
import type { HostedSubgraph } from './build.ts'
import { reviewSubscription } from '../../directives/subscription-review.ts'
import type { CheckedDocument } from './documents.ts'
import { createAccess } from '../../platform/access/access.ts'
import type { Grants } from '../../platform/access/grants.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { runCancellable, type Cancellation } from '../../platform/cancellation/cancellation.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { compiledExecution, type ExecuteArguments } from '../../platform/graphql/execution/compile-document.ts'
import { err, ok, type Result } from '../../platform/result/result.ts'
import { currentCorrelation, newCorrelation } from '../../platform/log/correlation.ts'
import type { OperationContext } from '../../platform/subgraph/module.ts'

/** Where the grants of a principal come from: `load` may be seconds old, `fresh` never is. */
export interface OperationGrants {
  readonly load: (principal: Principal) => Promise<Grants>
  readonly fresh: (principal: Principal) => Promise<Grants>
}

export interface OperationRequest {
  readonly document: CheckedDocument
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly principal: Principal
  /** Why it is wanted no more, where its caller left or its time is over. */
  readonly cancellation: Cancellation
}

export interface PreparedOperation {
  readonly subgraph: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  /** What is to be executed; by the functions below, never by itself: it holds no context. */
  readonly target: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName'>
  readonly execute: () => Promise<ExecutionResult>
  /** The events of a subscription before they are executed, or why there are none. */
  readonly source: () => Promise<AsyncIterable<unknown> | ExecutionResult>
  /** Whether the subscription could begin now: the error of its denial, or nothing. */
  readonly review: () => Promise<Error | undefined>
  /** Executes one event, with grants and loaders of its own. */
  readonly executeEvent: (event: unknown) => Promise<ExecutionResult>
}

export interface OperationRunnerParts {
  readonly subgraph: HostedSubgraph
  readonly grants: OperationGrants
}

/** Runs operations of one subgraph for principals that are already proven. */
export const operationRunner = ({ subgraph, grants }: OperationRunnerParts) => {
  const contextFor = async (principal: Principal, cancellation: Cancellation): Promise<OperationContext> => {
    const access = createAccess({ principal, grants: await grants.load(principal), reload: grants.fresh })
    const { correlationId } = currentCorrelation() ?? newCorrelation()
    return subgraph.context({ access, correlationId, cancellation })
  }

  const run = compiledExecution(subgraph.schema)

  return (request: OperationRequest): Result<PreparedOperation, readonly Error[]> => {
    const { document, operationName, variables, principal, cancellation } = request
    if (!document.ok) return document
    const operation = getOperationAST(document.value, operationName)
    if (operation === null || operation === undefined) return err([catalogued('OPERATION_NOT_FOUND')])
    const target = {
      schema: subgraph.schema,
      document: document.value,
      ...(operationName === undefined ? {} : { operationName }),
    }
    const argumentsWith = (contextValue: OperationContext, rootValue?: unknown): ExecutionArgs & ExecuteArguments => ({
      ...target,
      variableValues: variables,
      contextValue,
      ...(rootValue === undefined ? {} : { rootValue }),
    })
    let begun: OperationContext | undefined
    const begin = async (): Promise<ExecutionArgs> => {
      begun = await contextFor(principal, cancellation)
      return argumentsWith(begun)
    }
    return ok({
      subgraph: subgraph.name,
      kind: operation.operation,
      target,
      execute: async () => {
        const context = await contextFor(principal, cancellation)
        return runCancellable(cancellation, () => run(argumentsWith(context)))
      },
      source: async () => createSourceEventStream(await begin()),
      review: async () => begun && reviewSubscription(begun, await contextFor(principal, cancellation)),
      executeEvent: async (event) => {
        const context = await contextFor(principal, cancellation)
        return runCancellable(cancellation, () => run(argumentsWith(context, event)))
      },
    })
  }
}

export type OperationRunner = ReturnType<typeof operationRunner>
