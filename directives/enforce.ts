import { isObjectType, isUnionType, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import { recordDenials } from './field-denial.ts'
import { guardEntities } from './guard-entities.ts'
import { fieldCheck } from './guard-fields.ts'
import { mutationDecider } from './guard-mutation.ts'
import { objectGuards } from './guard-objects.ts'
import { guardField, guardMutationField, guardSubscriptionField, type FieldGuards } from './guard-resolver.ts'
import type { Coordinate, Rules } from './rule.ts'
import type { DenialRecorder } from '../platform/access/denials.ts'
import { systemClock, type Clock } from '../platform/clock/clock.ts'

export interface EnforcementOptions {
  readonly clock?: Clock
  /** Told of each denied root field that is `@audited`. */
  readonly denials?: DenialRecorder
}

/** Federation's own root fields: `_service` is for whoever may call at all, `_entities` is guarded by entity. */
const FEDERATION_FIELDS = new Set(['_service', '_entities'])

const isRootType = (schema: GraphQLSchema, type: GraphQLObjectType): boolean =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type)

const entityTypes = (schema: GraphQLSchema): readonly GraphQLObjectType[] => {
  const union = schema.getType('_Entity')
  return isUnionType(union) ? union.getTypes() : []
}

/** Coordinates that nobody decided on. Lint finds them before composition; here they stop the process. */
const withoutRule = (schema: GraphQLSchema, rules: Rules): readonly Coordinate[] => {
  const hasRule = (coordinate: Coordinate): boolean => (rules.get(coordinate)?.scopes.length ?? 0) > 0
  const objectTypes = Object.values(schema.getTypeMap()).filter(isObjectType)
  const rootFields = objectTypes
    .filter((type) => isRootType(schema, type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => ({ field, coordinate: `${type.name}.${field}` })))
    .filter(({ field }) => !FEDERATION_FIELDS.has(field))
    .map(({ coordinate }) => coordinate)
  // An entity without an object rule (`@interfaceObject`) has one on every field but its key.
  const entities = entityTypes(schema).filter(({ name }) => !hasRule(name))
  const entityFields = entities.flatMap((type) => {
    const fields = Object.keys(type.getFields()).filter((field) => field !== 'id')
    return fields.length === 0 ? [type.name] : fields.map((field) => `${type.name}.${field}`)
  })
  return [...rootFields, ...entityFields].filter((coordinate) => !hasRule(coordinate))
}

/**
 * The second layer: makes every field of an executable subgraph schema decide by its rules, on root fields, object
 * fields, entity resolution, and every object on its way out. Changes the schema in place and returns it. The
 * context of each operation must hold its `access`. Throws when a root field or entity has no rule.
 */
export const enforceRules = (schema: GraphQLSchema, rules: Rules, options: EnforcementOptions = {}): GraphQLSchema => {
  const { clock = systemClock, denials } = options
  const missing = withoutRule(schema, rules)
  if (missing.length > 0) throw new Error(`No scope rule stands on: ${missing.join(', ')}`)

  // Everything is read from the schema before anything is wrapped.
  const guards = objectGuards(schema, rules)
  const wraps = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('_'))
    .map((type) => ({
      type,
      fields: Object.values(type.getFields()).filter(({ name }) => !FEDERATION_FIELDS.has(name)),
    }))
    .map(({ type, fields }) => ({
      type,
      guarded: fields.map((field): FieldGuards => {
        const rule = rules.get(`${type.name}.${field.name}`)
        const onDenied = rule && isRootType(schema, type) ? recordDenials(denials, rule) : undefined
        return { field, check: rule && fieldCheck(type, rule, rules, clock), value: guards(field.type), onDenied }
      }),
    }))
  const entities = schema.getQueryType()?.getFields()['_entities']
  const union = schema.getType('_Entity')
  if (entities !== undefined && isUnionType(union)) guardEntities({ entities, union, schema, rules, guards })
  for (const { type, guarded } of wraps) {
    if (type === schema.getMutationType()) guardMutation(guarded)
    else if (type === schema.getSubscriptionType()) guarded.forEach(guardSubscriptionField)
    else guarded.forEach(guardField)
  }
  return schema
}

const guardMutation = (guarded: readonly FieldGuards[]): void => {
  const decide = mutationDecider(new Map(guarded.map((guards) => [guards.field, guards])))
  for (const guards of guarded) guardMutationField(guards, decide)
}
