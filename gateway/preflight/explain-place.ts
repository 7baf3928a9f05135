import type { Rule, Rules, ScopeRule } from '../../directives/rule.ts'
import { isGuarded } from '../../directives/verdict.ts'
import type { ErrorCode } from '../../platform/errors/catalogue.ts'
import type { Places } from './compile-places.ts'
import type { Decisions } from './decisions.ts'
import type { FieldPlace, ObjectPlace, RowCheck } from './place.ts'
import { KNOWN_CALLER } from './requirements.ts'
import type { CoercedVariables } from './scope-source.ts'

/** Where the scope of a decision is read from. */
export type ScopeOfRule =
  | { readonly from: 'nowhere' }
  | { readonly from: 'caller' }
  | { readonly from: 'argument'; readonly argument: string; readonly ids: readonly string[] }
  /** A field of the fetched object. */
  | { readonly from: 'object'; readonly field: string }
  | { readonly from: 'above' }

/** One rule, where an operation meets it. */
export interface Explained {
  /** Response names from the root; the type in brackets where objects of several types may stand: `things.(Project).name`. */
  readonly path: string
  /** `Query.project` for a field, `Project` for the object that it returns. */
  readonly coordinate: string
  /** As it stands in the graph: `@projectScoped(capability: PROJECT_READ)`; empty where there is none. */
  readonly rule: string
  readonly scope: ScopeOfRule
  /** `later`: of each object on its way out, and before anything more is fetched for it. */
  readonly decision: 'allowed' | 'denied' | 'later'
  /** Of a denial. */
  readonly code: ErrorCode | undefined
  readonly why: string
}

type Verdict = Pick<Explained, 'rule' | 'scope' | 'decision' | 'code' | 'why'>

/** Each rule that an operation meets, in the operation's order. */
export const explainPlace = (
  { root, requirements }: Places,
  rules: Rules,
  { errors }: Decisions,
  variables: CoercedVariables,
): readonly Explained[] => {
  const explained: Explained[] = []

  const beforehand = (number: number): Verdict[] => {
    const requirement = requirements[number - 1]
    if (!requirement) return []
    const { scope, source, sensitive } = requirement
    const ids = source?.read(variables)
    const denial = errors[number]
    const stepUp = sensitive ? `, with a second factor of the last ${sensitive.maxAgeSeconds} s` : ''
    return [
      {
        rule: ruleText(scope),
        scope: source
          ? { from: 'argument', argument: source.argument, ids: ids?.ok === true ? ids.value : [] }
          : { from: 'caller' },
        decision: denial ? 'denied' : 'allowed',
        code: denial?.code,
        why: denial ? denial.message : `The caller has it in this scope${stepUp}.`,
      },
    ]
  }

  const onItsWayOut = ({ scope, field }: RowCheck): Verdict => ({
    rule: ruleText(scope),
    scope: { from: 'object', field },
    decision: 'later',
    code: undefined,
    why: `The scope is known from the object's field ${field} alone: each distinct one is decided once.`,
  })

  const verdictsOf = (checks: readonly number[], rows: readonly RowCheck[], rule: Rule | undefined): Verdict[] => {
    const caller = checks.includes(KNOWN_CALLER) ? errors[KNOWN_CALLER] : undefined
    const scopes = rule?.scopes ?? []
    if (caller) {
      return scopes.map((scope) => ({
        rule: ruleText(scope),
        scope: { from: 'caller' },
        decision: 'denied',
        code: caller.code,
        why: caller.message,
      }))
    }
    const verdicts = [...checks.flatMap(beforehand), ...rows.map(onItsWayOut)]
    if (verdicts.length > 0) return verdicts
    const [first] = scopes
    if (!first) return [NO_RULE]
    return [{ rule: ruleText(first), ...(isGuarded(first) ? ABOVE : OPEN), decision: 'allowed', code: undefined }]
  }

  const visitObject = (object: ObjectPlace, path: string): void => {
    const { name } = object.type
    if (path !== '') {
      const rule = rules.get(name)
      for (const verdict of rule ? verdictsOf(object.checks, object.rows, rule) : [])
        explained.push({ path, coordinate: name, ...verdict })
    }
    for (const field of object.fields.values()) visitField(field, path === '' ? field.key : `${path}.${field.key}`)
  }

  const visitField = ({ coordinate, checks, rows, child }: FieldPlace, path: string): void => {
    for (const verdict of verdictsOf(checks, rows, rules.get(coordinate)))
      explained.push({ path, coordinate, ...verdict })
    const objects = [...(child?.types.values() ?? [])]
    for (const object of objects) visitObject(object, objects.length > 1 ? `${path}.(${object.type.name})` : path)
  }

  visitObject(root, '')
  return explained
}

const NO_RULE: Verdict = {
  rule: '',
  scope: { from: 'nowhere' },
  decision: 'allowed',
  code: undefined,
  why: 'It has no rule of its own: that of its object, or of the field that returns its object, counts.',
}

const ABOVE = {
  scope: { from: 'above' },
  why: 'The same was decided above, in the same scope.',
} as const

const OPEN = { scope: { from: 'nowhere' }, why: 'It is public.' } as const

const ruleText = (scope: ScopeRule): string => {
  switch (scope.kind) {
    case 'project':
      return `@projectScoped(capability: ${scope.capability}${scope.path ? `, project: "${scope.path.join('.')}"` : ''})`
    case 'organization':
      return `@orgScoped(capability: ${scope.capability}${scope.path ? `, organization: "${scope.path.join('.')}"` : ''})`
    case 'self':
      return '@selfScoped'
    case 'platform':
      return `@platformScoped(capability: ${scope.capability})`
    case 'public':
      return `@public(reason: "${scope.reason}")`
  }
}
