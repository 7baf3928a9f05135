import { getArgumentValues, type FieldNode, type GraphQLField, type GraphQLObjectType } from 'graphql'
import type { Rules } from '../../directives/rule.ts'
import { idsAt } from '../../directives/scope-path.ts'
import { errorOf, isGuarded, stepUpOf, verdictOf, type GuardedRule } from '../../directives/verdict.ts'
import type { Access } from '../../platform/access/access.ts'
import type { StepUp } from '../../platform/access/requirement.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, type CataloguedError } from '../../platform/errors/catalogue.ts'

type CoercedVariables = Readonly<Record<string, unknown>>

/** Why a known caller may not have a root field; undefined where it may, or where only the subgraph can tell. */
export type DecideRoot = (variables: CoercedVariables, access: Access) => CataloguedError | undefined

/** Compiles the rule of one root field; undefined for a public one. */
export const compileRootDecision = (
  root: GraphQLObjectType,
  node: FieldNode,
  rules: Rules,
  clock: Clock,
): DecideRoot | undefined => {
  const definition = root.getFields()[node.name.value]
  const rule = rules.get(`${root.name}.${node.name.value}`)
  const scopes = rule?.scopes.filter(isGuarded) ?? []
  if (!definition || !rule || scopes.length === 0) return undefined
  return (variables, access) => {
    const stepUp = stepUpOf(rule, clock)
    for (const scope of scopes) {
      const denial = decideScope(scope, definition, node, variables, access, stepUp)
      if (denial) return denial
    }
    return undefined
  }
}

const decideScope = (
  scope: GuardedRule,
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: CoercedVariables,
  access: Access,
  stepUp: StepUp | undefined,
): CataloguedError | undefined => {
  const path = 'path' in scope ? scope.path : undefined
  if (!path) {
    const verdict = verdictOf(scope, undefined, access, stepUp)
    return verdict.allowed ? undefined : errorOf(verdict, 'id')
  }
  const argument = path.join('.')
  const ids = idsAt(getArgumentValues(definition, node, variables), path)
  if (!ids.ok) return catalogued(ids.error, { argument })
  for (const id of ids.value) {
    const verdict = verdictOf(scope, id, access, stepUp)
    if (!verdict.allowed) return errorOf(verdict, argument)
  }
  return undefined
}
