import type { Finding } from './finding.ts'
import { rootFields, type GraphView } from './graph-view.ts'

/** What this product asks of its own mutations, and of subscriptions that follow a thing of a project. */
export const lintAudited = (view: GraphView): readonly Finding[] => [
  ...unaudited(view, 'mutation').map((coordinate) => ({
    coordinate,
    rule: 'mutation-not-audited' as const,
    message: 'A mutation leaves a row in the audit log: add @audited(action:).',
  })),
  ...unaudited(view, 'subscription')
    .filter((coordinate) => view.rules.get(coordinate)?.scopes.some(({ kind }) => kind === 'project'))
    .map((coordinate) => ({
      coordinate,
      rule: 'subscription-not-audited' as const,
      message: 'Who follows a thing of a project, or tried to, leaves a row in the audit log: add @audited(action:).',
    })),
]

const unaudited = (view: GraphView, operation: 'mutation' | 'subscription'): readonly string[] =>
  [...view.roots]
    .filter(([, kind]) => kind === operation)
    .flatMap(([root]) => rootFields(view, root).map(({ name }) => `${root}.${name.value}`))
    .filter((coordinate) => (view.rules.get(coordinate)?.audited?.action ?? '') === '')
