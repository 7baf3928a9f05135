import { Kind, parse } from 'graphql'
import { argumentsOf } from '../../directives/links.ts'
import { scopeFieldOf } from '../../directives/rule.ts'
import type { Finding } from './finding.ts'
import { plainObjects, type GraphView } from './graph-view.ts'
import { carriesScope, placedScopes } from './scopes.ts'

const MIN_REASON_WORDS = 3

const wordsIn = (reason: unknown): number =>
  typeof reason === 'string' ? reason.split(/\s+/).filter((word) => word !== '').length : 0

/** `@public` says why, and stands only where it says what is so. */
export const lintPublic = (view: GraphView): readonly Finding[] => {
  const unreasoned = view.uses
    .filter(({ directive }) => directive === 'public' || directive === 'crossScope')
    .filter(({ arguments: values }) => wordsIn(values.get('reason')) < MIN_REASON_WORDS)
    .map(({ coordinate, directive }) => ({
      coordinate,
      rule: 'reason-missing',
      message: `@${directive} needs a reason of a few words.`,
    }))
  const contradicted = placedScopes(view)
    .filter(
      ({ scope, field, type }) =>
        scope.kind === 'public' &&
        field !== undefined &&
        (view.rules.get(type.name)?.scopes ?? []).some(({ kind }) => kind !== 'public'),
    )
    .map(({ coordinate, type }) => ({
      coordinate,
      rule: 'public-on-guarded',
      message: `${type.name} is guarded, and its rule counts for every field: remove @public.`,
    }))
  return [...unreasoned, ...contradicted]
}

const keyFields = (fields: unknown): readonly string[] => {
  if (typeof fields !== 'string') return []
  const [operation] = parse(`{ ${fields} }`).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return []
  return operation.selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? [node.name.value] : []))
}

/** An entity is decided from its key alone, so every key holds the field that carries the scope. */
export const lintKeys = (view: GraphView): readonly Finding[] => {
  const isKey = (name: string): boolean => name === view.federationName('key') || name === 'join__type'
  return plainObjects(view).flatMap((type) => {
    const scope = view.rules.get(type.name)?.scopes.find(carriesScope)
    if (scope === undefined) return []
    const needed = scopeFieldOf(scope)
    return type.directives
      .filter((directive) => isKey(directive.name.value))
      .map((directive) => argumentsOf(directive).get(directive.name.value === 'join__type' ? 'key' : 'fields'))
      .filter((fields) => fields !== undefined && !keyFields(fields).includes(needed))
      .map((fields) => ({
        coordinate: type.name,
        rule: 'key-without-scope',
        message: `The key "${String(fields)}" does not hold "${needed}", which carries the scope: add it to the key.`,
      }))
  })
}

/** Mutations are decided before they run, by their own rule. */
export const lintAudited = (view: GraphView): readonly Finding[] =>
  [...view.roots]
    .filter(([, kind]) => kind === 'mutation')
    .flatMap(([name]) =>
      [...(view.types.get(name)?.fields.keys() ?? [])]
        .map((field) => `${name}.${field}`)
        .filter((coordinate) => view.rules.get(coordinate)?.audited === undefined)
        .map((coordinate) => ({
          coordinate,
          rule: 'mutation-not-audited',
          message: 'A mutation leaves a row in the audit log: add @audited(action:).',
        })),
    )
