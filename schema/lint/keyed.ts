import type { Finding } from './finding.ts'
import { namedType, rootFields, type GraphView } from './graph-view.ts'

/** Every mutation of the product's own graph can be sent again: its `input` has an `idempotencyKey`. */
export const lintKeyed = (view: GraphView): readonly Finding[] =>
  [...view.roots]
    .filter(([, kind]) => kind === 'mutation')
    .flatMap(([root]) => rootFields(view, root).map((field) => ({ field, coordinate: `${root}.${field.name.value}` })))
    .filter(({ field }) => {
      const input = field.arguments?.find(({ name }) => name.value === 'input')
      return !input || view.types.get(namedType(input.type).name.value)?.inputFields.has('idempotencyKey') !== true
    })
    .map(({ coordinate }) => ({
      coordinate,
      rule: 'mutation-without-key',
      message:
        'A mutation can be sent again without harm: give it one argument `input`, of a type with `idempotencyKey`.',
    }))
