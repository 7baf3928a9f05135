import { Kind, type FieldDefinitionNode, type TypeNode } from 'graphql'
import { scopeFieldOf, type Coordinate, type Rule, type ScopePath, type ScopeRule } from '../../directives/rule.ts'
import type { Finding } from './finding.ts'
import { namedType, type GraphView, type TypeView } from './graph-view.ts'

interface PlacedScope {
  readonly coordinate: Coordinate
  readonly type: TypeView
  readonly field: string | undefined
  readonly scope: ScopeRule
  readonly rule: Rule
}

export const placedScopes = (view: GraphView): readonly PlacedScope[] =>
  [...view.rules.values()].flatMap((rule) => {
    const [typeName = '', field] = rule.coordinate.split('.')
    const type = view.types.get(typeName)
    return type === undefined
      ? []
      : rule.scopes.map((scope) => ({ coordinate: rule.coordinate, type, field, scope, rule }))
  })

/** A capability that is not in the graph's enum is held by nobody: a typing mistake, not a protection. */
export const lintCapabilities = (view: GraphView): readonly Finding[] => {
  const known = view.types.get('Capability')?.values
  return placedScopes(view).flatMap(({ coordinate, scope }) => {
    if (!('capability' in scope) || known?.has(scope.capability) === true) return []
    const message = `The capability "${scope.capability}" is not in the enum Capability: add it there, or correct it.`
    return [{ coordinate, rule: 'capability-unknown', message }]
  })
}

/** The type at a path of argument names and input fields; undefined where there is none. */
const typeAt = (view: GraphView, field: FieldDefinitionNode, path: ScopePath): TypeNode | undefined => {
  const [first, ...rest] = path
  let type = field.arguments?.find(({ name }) => name.value === first)?.type
  for (const name of rest) {
    const input = type === undefined ? undefined : view.types.get(namedType(type).name.value)
    type = input?.inputFields.get(name)?.type
  }
  return type
}

const isId = (type: TypeNode | undefined): boolean => type !== undefined && namedType(type).name.value === 'ID'

export const carriesScope = (scope: ScopeRule): scope is Extract<ScopeRule, { path: unknown }> => 'path' in scope

const lintPath = (view: GraphView, { coordinate, type, field, scope }: PlacedScope): readonly Finding[] => {
  if (!carriesScope(scope)) return []
  const argument = scope.kind === 'project' ? 'project' : 'organization'
  const finding = (rule: string, message: string): readonly Finding[] => [{ coordinate, rule, message }]
  const definition = field === undefined ? undefined : type.fields.get(field)

  if (definition === undefined) {
    const name = scopeFieldOf(scope)
    const named = type.fields.get(name)
    if (scope.path !== undefined && scope.path.length > 1) {
      return finding(
        'scope-path-invalid',
        `\`${argument}: "${scope.path.join('.')}"\` must be one field of ${type.name}.`,
      )
    }
    const ok = named !== undefined && isId(named.type)
    return ok
      ? []
      : finding(
          'scope-path-invalid',
          `${type.name} has no field "${name}" of type ID to read its scope from: name one with \`${argument}:\`.`,
        )
  }
  if (scope.path !== undefined) {
    const ok = isId(typeAt(view, definition, scope.path))
    return ok
      ? []
      : finding(
          'scope-path-invalid',
          `\`${argument}: "${scope.path.join('.')}"\` names no argument of type ID: write the path of one.`,
        )
  }
  if (view.roots.has(type.name)) {
    return finding(
      'scope-path-missing',
      `A root field has no object to take its scope from: name the ID argument with \`${argument}:\`.`,
    )
  }
  const own = view.rules.get(type.name)?.scopes.find(({ kind }) => kind === scope.kind)
  const readable = own !== undefined || isId(type.fields.get('id')?.type)
  return readable
    ? []
    : finding(
        'scope-path-missing',
        `${type.name} carries no ${scope.kind} to decide by: name an ID argument with \`${argument}:\`.`,
      )
}

/** Every scope can be read: from an ID argument, or from the object. */
export const lintScopePaths = (view: GraphView): readonly Finding[] =>
  placedScopes(view).flatMap((placed) => lintPath(view, placed))

/** A denial never blanks what was allowed. */
export const lintNullability = (view: GraphView): readonly Finding[] =>
  placedScopes(view).flatMap(({ coordinate, type, field, scope }) => {
    const definition = field === undefined ? undefined : type.fields.get(field)
    if (definition?.type.kind !== Kind.NON_NULL_TYPE || scope.kind === 'public') return []
    return [
      {
        coordinate,
        rule: 'guarded-non-null',
        message: 'A guarded field must be nullable: a denial would blank what surrounds it.',
      },
    ]
  })
