import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner'

export interface PlanChange {
  readonly fetch: (node: FetchNode) => FetchNode
  /** Several fetches in place of one, or none, before each is changed; with the way to where its results go. */
  readonly split?: (node: FetchNode, path: readonly (string | number)[]) => readonly FetchNode[]
  /** A response name on the way to where a fetch's results go; as it is unless told. */
  readonly path?: (key: string) => string
  /** A variable that decides whether something is fetched; as it is unless told. */
  readonly condition?: (variable: string) => string
}

/** A plan with its fetches changed, and everything else as it was. */
export const mapFetches = (plan: QueryPlan, change: PlanChange): QueryPlan => {
  const { node } = plan
  if (!node) return plan
  if (node.kind !== 'Subscription') return { ...plan, node: mapNode(node, change, []) }
  const { primary, rest } = node
  return {
    ...plan,
    node: { ...node, primary: change.fetch(primary), ...(rest && { rest: mapNode(rest, change, []) }) },
  }
}

const mapNode = (node: PlanNode, change: PlanChange, path: readonly (string | number)[]): PlanNode => {
  const again = (child: PlanNode): PlanNode => mapNode(child, change, path)
  switch (node.kind) {
    case 'Fetch': {
      const [only, ...more] = (change.split?.(node, path) ?? [node]).map(change.fetch)
      return only && more.length === 0 ? only : { kind: 'Parallel', nodes: only ? [only, ...more] : [] }
    }
    case 'Flatten':
      return {
        ...node,
        path: node.path.map((step) => renamed(step, change)),
        node: mapNode(node.node, change, [...path, ...node.path]),
      }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(again) }
    case 'Condition':
      return {
        ...node,
        condition: change.condition?.(node.condition) ?? node.condition,
        ...(node.ifClause && { ifClause: again(node.ifClause) }),
        ...(node.elseClause && { elseClause: again(node.elseClause) }),
      }
    case 'Defer':
      return node
  }
}

const renamed = (step: string | number, { path }: PlanChange): string | number =>
  path && typeof step === 'string' ? path(step) : step
