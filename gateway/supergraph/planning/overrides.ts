import { Kind } from 'graphql'
import { argumentOf, type Types } from './join-directives.ts'

/** Fields that move to another subgraph for a share of the operations: `@override(label: "percent(20)")`. */
export interface Overrides {
  /** Decides for one operation which shares it belongs to. Few different texts, the empty one where there are no shares. */
  readonly draw: () => string
  /** By label, whether its fields are taken from where they move to. Labels that are no shares never are. */
  readonly conditions: (drawn: string) => Map<string, boolean>
}

const PERCENT = /^percent\((\d{1,3}(?:\.\d{1,8})?)\)$/

/** One draw for all labels: an operation in the share of 10 percent is in that of 20, too. */
export const overridesIn = (types: Types, random: () => number = Math.random): Overrides => {
  const shares = new Map([...labelsIn(types)].map((label) => [label, Number(PERCENT.exec(label)?.[1] ?? 0)]))
  const steps = [...new Set(shares.values())].filter((share) => share > 0 && share < 100).toSorted((a, b) => a - b)
  return {
    draw: () => {
      if (steps.length === 0) return ''
      const drawn = random() * 100
      return String(steps.find((step) => drawn < step) ?? 100)
    },
    conditions: (drawn) =>
      new Map([...shares].map(([label, share]) => [label, share > 0 && share >= Number(drawn || 100)])),
  }
}

const labelsIn = (types: Types): ReadonlySet<string> =>
  new Set(
    [...types.values()].flatMap(({ fields = [] }) =>
      fields.flatMap(({ directives = [] }) =>
        directives.flatMap((join) => {
          const label = argumentOf(join, 'overrideLabel')
          return label?.kind === Kind.STRING ? [label.value] : []
        }),
      ),
    ),
  )
