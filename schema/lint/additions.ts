import { isGuarded } from '../../directives/verdict.ts'
import type { Rule } from '../../directives/rule.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'

/** `@sensitive` and `@audited` add to the decision of a rule: one has to be made where they stand. */
export const lintAdditions = (view: GraphView): readonly Finding[] =>
  [...view.rules.values()].flatMap((rule): readonly Finding[] => {
    const { coordinate } = rule
    const [type = '', field] = coordinate.split('.')
    if (field === undefined) return []
    const scopes = [...rule.scopes, ...(view.rules.get(type)?.scopes ?? [])]
    const names = lacking(rule, { isGuarded: scopes.some(isGuarded), isRoot: view.roots.has(type), scopes })
    return names.map((name) => {
      const message = `@${name} adds to the rule of a field, and none ${name === 'sensitive' ? 'that guards it ' : ''}applies here: give ${coordinate}, or ${type}, a scope rule.`
      return { coordinate, rule: 'addition-without-rule', message }
    })
  })

const lacking = (
  { sensitive, audited }: Rule,
  applied: { readonly isGuarded: boolean; readonly isRoot: boolean; readonly scopes: Rule['scopes'] },
): readonly string[] => [
  ...(sensitive !== undefined && !applied.isGuarded ? ['sensitive'] : []),
  ...(audited !== undefined && !applied.isRoot && applied.scopes.length === 0 ? ['audited'] : []),
]
