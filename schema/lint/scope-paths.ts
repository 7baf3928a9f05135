import { carrierOf } from '../../directives/applied-rules.ts'
import { Kind, type FieldDefinitionNode, type TypeNode } from 'graphql'
import { scopeFieldOf, type ScopePath } from '../../directives/rule.ts'
import { isInterfaceObject } from './contributions.ts'
import type { Finding } from './finding.ts'
import { namedType, type GraphView } from './graph-view.ts'
import type { LintRuleId } from './rules.ts'
import { carriesScope, placedScopes, type CarriedScope, type PlacedScope } from './scopes.ts'

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

/** An id, or a list of ids, each of which is decided. */
const holdsIds = (type: TypeNode | undefined): boolean => type !== undefined && namedType(type).name.value === 'ID'

const isRequired = ({ type, defaultValue }: { readonly type: TypeNode; readonly defaultValue?: unknown }): boolean =>
  type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined

/** A field that says of its object where it belongs: one id, to be had without arguments. */
const isOneId = (field: FieldDefinitionNode | undefined): boolean => {
  const type = field?.type.kind === Kind.NON_NULL_TYPE ? field.type.type : field?.type
  return type?.kind === Kind.NAMED_TYPE && type.name.value === 'ID' && !(field?.arguments ?? []).some(isRequired)
}

const lintPath = (view: GraphView, placed: PlacedScope, scope: CarriedScope): readonly Finding[] => {
  const { coordinate, type, field } = placed
  const argument = scope.kind === 'project' ? 'project' : 'organization'
  const finding = (rule: LintRuleId, message: string): readonly Finding[] => [{ coordinate, rule, message }]
  const written = `\`${argument}: "${(scope.path ?? []).join('.')}"\``
  const definition = field === undefined ? undefined : type.fields.get(field)

  if (definition === undefined) {
    const name = scopeFieldOf(scope)
    if (scope.path !== undefined && scope.path.length > 1)
      return finding('scope-path-invalid', `${written} must be one field of ${type.name}, not a path.`)
    if (isOneId(type.fields.get(name))) return []
    const remedy = `name one with \`${argument}:\``
    return finding('scope-path-invalid', `${type.name} has no field "${name}" of type ID to be decided by: ${remedy}.`)
  }
  if (scope.path !== undefined) {
    if (holdsIds(typeAt(view, definition, scope.path))) return []
    return finding('scope-path-invalid', `${written} names no argument of type ID: write the path of one.`)
  }
  if (view.roots.has(type.name)) {
    const message = `A root field has no object to take its scope from: name the ID argument with \`${argument}:\`.`
    return finding('scope-path-missing', message)
  }
  const ofObject = view.rules.get(type.name)
  const isCarried = ofObject?.scopes.some(({ kind }) => kind === scope.kind) === true
  const carrier = carrierOf(scope, isInterfaceObject(view, type) ? undefined : ofObject)
  if (isCarried || (carrier !== undefined && isOneId(type.fields.get(carrier)))) return []
  const message = `${type.name} carries no ${scope.kind} to decide by: name an ID argument with \`${argument}:\`.`
  return finding('scope-path-missing', message)
}

/** Every scope can be read: from an ID argument, or from the object. */
export const lintScopePaths = (view: GraphView): readonly Finding[] =>
  placedScopes(view).flatMap((placed) => (carriesScope(placed.scope) ? lintPath(view, placed, placed.scope) : []))
