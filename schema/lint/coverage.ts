import { isScopeRuleName } from '../../directives/definitions.ts'
import { argumentsOf } from '../../directives/links.ts'
import type { Finding } from './finding.ts'
import { isMachinery, plainObjects, type GraphView, type TypeView } from './graph-view.ts'

const has = (type: TypeView, directive: string): boolean => type.directives.some(({ name }) => name.value === directive)

/** A type that this subgraph only refers to: `@key(…, resolvable: false)` alone, or nothing but external fields. */
const isStub = (view: GraphView, type: TypeView): boolean => {
  const keys = type.directives.filter(({ name }) => name.value === view.federationName('key'))
  const external = view.federationName('external')
  const onlyExternal = [...type.fields.values()].every((field) =>
    field.directives?.some(({ name }) => name.value === external),
  )
  return onlyExternal || (keys.length > 0 && keys.every((key) => argumentsOf(key).get('resolvable') === false))
}

const isEntity = (view: GraphView, type: TypeView): boolean =>
  has(type, view.federationName('key')) ||
  type.directives.some((directive) => directive.name.value === 'join__type' && argumentsOf(directive).has('key'))

const isInterfaceObject = (view: GraphView, type: TypeView): boolean =>
  has(type, view.federationName('interfaceObject'))

const scopesOn = (view: GraphView, coordinate: string): number => view.rules.get(coordinate)?.scopes.length ?? 0

/** Deny by default, at build time: every root field, entity and object with an id says who may have it (R10). */
export const lintCoverage = (view: GraphView): readonly Finding[] => {
  const missing = (coordinate: string, what: string): Finding => ({
    coordinate,
    rule: 'scope-rule-missing',
    message: `${what} has no scope rule: add one of @projectScoped, @orgScoped, @selfScoped, @platformScoped or @public.`,
  })
  const roots = [...view.roots.keys()].flatMap((name) =>
    [...(view.types.get(name)?.fields.keys() ?? [])]
      .filter((field) => !isMachinery(field) && scopesOn(view, `${name}.${field}`) === 0)
      .map((field) => missing(`${name}.${field}`, 'A root field')),
  )
  const objects = plainObjects(view)
    .filter((type) => !isInterfaceObject(view, type) && !isStub(view, type))
    .filter((type) => isEntity(view, type) || type.fields.has('id'))
    .filter(({ name }) => scopesOn(view, name) === 0)
    .map(({ name }) => missing(name, 'An entity or an object with an id'))
  const interfaceObjects = plainObjects(view)
    .filter((type) => isInterfaceObject(view, type))
    .flatMap(({ name, fields }) =>
      [...fields.keys()].filter((field) => field !== 'id').map((field) => `${name}.${field}`),
    )
    .filter((coordinate) => scopesOn(view, coordinate) === 0)
    .map((coordinate) => missing(coordinate, 'A field of an interface object'))
  return [...roots, ...objects, ...interfaceObjects]
}

/** One coordinate, one scope rule, and never the same directive twice. */
export const lintMultiplicity = (view: GraphView): readonly Finding[] =>
  [...Map.groupBy(view.uses, ({ coordinate }) => coordinate)].flatMap(([coordinate, uses]) => {
    const scopes = uses.filter(({ directive }) => isScopeRuleName(directive))
    const repeated = [...Map.groupBy(uses, ({ directive }) => directive)].filter(([, same]) => same.length > 1)
    return [
      ...(scopes.length > 1
        ? [
            {
              coordinate,
              rule: 'scope-rule-multiple',
              message: 'Several scope rules stand here: keep the one that is meant.',
            },
          ]
        : []),
      ...repeated.map(([directive]) => ({
        coordinate,
        rule: 'directive-repeated',
        message: `@${directive} stands here more than once: keep one.`,
      })),
    ]
  })

/** A rule on an interface reads as a protection and is none. */
export const lintInterfaces = (view: GraphView): readonly Finding[] =>
  view.uses
    .filter(({ on }) => on === 'interface')
    .map(({ coordinate, directive }) => ({
      coordinate,
      rule: 'rule-on-interface',
      message: `@${directive} protects nothing on an interface: put it on each object type that implements it, or on its field.`,
    }))
