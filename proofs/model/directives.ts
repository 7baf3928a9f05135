import { Kind, valueFromASTUntyped, type ConstDirectiveNode, type DocumentNode } from 'graphql'
import type { ModelRule } from './rule.ts'

type Values = Readonly<Record<string, unknown>>

/** The family, by the last words of its specification. */
const KINDS: Readonly<Record<string, ModelRule['kind']>> = {
  projectScoped: 'project',
  orgScoped: 'organization',
  selfScoped: 'self',
  platformScoped: 'platform',
  public: 'public',
}
const ADDITIONS = ['crossScope', 'sensitive', 'audited']

/** Names in this document, by the names of the specification: whatever the link renamed. */
export type LocalNames = ReadonlyMap<string, string>

const SPECIFICATION = /^https:\/\/specs\.gpuaas\.dev\/scope(\/v\d+\.\d+)?\/?$/

export const valuesOf = (directive: ConstDirectiveNode): Values =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const importedNames = (imports: unknown): readonly (readonly [specified: string, local: string])[] =>
  (Array.isArray(imports) ? imports : []).flatMap((item: unknown) => {
    if (typeof item === 'string') return [[item, item] as const]
    if (typeof item !== 'object' || item === null) return []
    const [name, as] = [textOf(Reflect.get(item, 'name')), textOf(Reflect.get(item, 'as'))]
    return name === undefined ? [] : [[name, as ?? name] as const]
  })

/** Undefined when no link of the document names the specification of the family. */
export const familyOf = (document: DocumentNode): LocalNames | undefined => {
  const links = document.definitions
    .flatMap((node) =>
      node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.directives ?? []) : [],
    )
    .map(valuesOf)
    .filter(({ url }) => typeof url === 'string' && SPECIFICATION.test(url))
  if (links.length === 0) return undefined
  const names = new Map<string, string>()
  for (const { as, import: imports } of links) {
    const namespace = textOf(as) ?? 'scope'
    for (const name of [...Object.keys(KINDS), ...ADDITIONS]) names.set(`${namespace}__${name}`, name)
    for (const [specified, local] of importedNames(imports))
      names.set(local.replace('@', ''), specified.replace('@', ''))
  }
  return names
}

/** The rules among directives, in the order in which they stand. */
export const rulesAmong = (directives: readonly ConstDirectiveNode[], names: LocalNames): readonly ModelRule[] =>
  directives.flatMap((directive) => {
    const kind = KINDS[names.get(directive.name.value) ?? '']
    if (kind === undefined) return []
    const values = valuesOf(directive)
    const path = textOf(values[kind === 'project' ? 'project' : 'organization'])?.split('.')
    return [{ kind, capability: textOf(values['capability']), path }]
  })

/** Whether one of the additions (`sensitive`, `audited`, `crossScope`) stands among them. */
export const hasAddition = (directives: readonly ConstDirectiveNode[], names: LocalNames, addition: string): boolean =>
  directives.some(({ name }) => names.get(name.value) === addition)
