import type { Finding } from './finding.ts'
import { rootFields, type GraphView } from './graph-view.ts'

/** What this product asks of its own mutations. */
export const lintAudited = (view: GraphView): readonly Finding[] =>
  [...view.roots]
    .filter(([, kind]) => kind === 'mutation')
    .flatMap(([root]) => rootFields(view, root).map(({ name }) => `${root}.${name.value}`))
    .filter((coordinate) => (view.rules.get(coordinate)?.audited?.action ?? '') === '')
    .map((coordinate) => ({
      coordinate,
      rule: 'mutation-not-audited',
      message: 'A mutation leaves a row in the audit log: add @audited(action:).',
    }))
