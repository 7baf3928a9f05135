import { argumentsOf } from '../../directives/links.ts'
import { topFields } from './field-sets.ts'
import { hasDirective, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

const keysOf = (view: GraphView, type: TypeView) =>
  type.directives.filter(({ name }) => name.value === view.federationName('key')).map(argumentsOf)

/** The fields by which a subgraph knows an entity. */
export const keyFieldsOf = (view: GraphView, type: TypeView): ReadonlySet<string> =>
  new Set(keysOf(view, type).flatMap((key) => topFields(key.get('fields'))))

export const isExternal = (view: GraphView, type: TypeView, field: string): boolean => {
  const external = view.federationName('external')
  const node = type.fields.get(field)
  return hasDirective(type, external) || (node !== undefined && hasDirective(node, external))
}

export const isInterfaceObject = (view: GraphView, type: TypeView): boolean =>
  hasDirective(type, view.federationName('interfaceObject'))

export const isEntity = (view: GraphView, type: TypeView): boolean =>
  hasDirective(type, view.federationName('key')) ||
  type.directives.some((directive) => directive.name.value === 'join__type' && argumentsOf(directive).has('key'))

/**
 * A type that this subgraph only refers to: external copies, and the keys of `@key(…, resolvable: false)`. It
 * contributes nothing, and repeats no rule.
 */
export const isStub = (view: GraphView, type: TypeView): boolean => {
  const keys = keysOf(view, type)
  const isReference = keys.length > 0 && keys.every((key) => key.get('resolvable') === false)
  const referred = isReference ? keyFieldsOf(view, type) : new Set<string>()
  return [...type.fields.keys()].every((field) => referred.has(field) || isExternal(view, type, field))
}

/** Whether a subgraph gives the graph this object: then it gives the object's rule, too. */
export const contributesObject = (view: GraphView, type: TypeView): boolean =>
  type.kind === 'object' && !isInterfaceObject(view, type) && !isStub(view, type)

/** Whether a subgraph resolves this field: then it gives the field's rule, too. */
export const contributesField = (view: GraphView, type: TypeView, field: string): boolean => {
  if (type.kind !== 'object' || !type.fields.has(field) || isExternal(view, type, field)) return false
  return isInterfaceObject(view, type) ? !keyFieldsOf(view, type).has(field) : !isStub(view, type)
}
