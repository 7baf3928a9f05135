import { argumentsOf } from '../../directives/links.ts'
import { topFields } from './field-sets.ts'
import type { Finding } from './finding.ts'
import { plainObjects, type GraphView } from './graph-view.ts'
import { decidingField } from './scopes.ts'

/** An entity is decided from its key alone, so every key holds the field that carries the scope. */
export const lintKeys = (view: GraphView): readonly Finding[] => {
  const key = view.federationName('key')
  return plainObjects(view).flatMap((type) => {
    const keys = type.directives
      .filter(({ name }) => name.value === key || name.value === 'join__type')
      .map((directive) => argumentsOf(directive).get(directive.name.value === 'join__type' ? 'key' : 'fields'))
      .filter((fields) => typeof fields === 'string')
    const needed = new Set((view.rules.get(type.name)?.scopes ?? []).flatMap((scope) => decidingField(scope) ?? []))
    return [...needed].flatMap((field) =>
      keys
        .filter((fields) => !topFields(fields).includes(field))
        .map((fields): Finding => {
          const message = `The key "${fields}" does not hold "${field}", by which the object is decided: add it to the key, or drop the key.`
          return { coordinate: type.name, rule: 'key-without-scope', message }
        }),
    )
  })
}
