import { Kind, valueFromASTUntyped, type ConstDirectiveNode, type DocumentNode } from 'graphql'
import { FAMILY, isFamilyDirective, SCOPE_IDENTITY, SCOPE_NAMESPACE, type FamilyDirective } from './definitions.ts'

/** One `@link` of a schema, as the link specification reads it (https://specs.apollo.dev/link/v1.0). */
export interface Link {
  /** The URL without its version. */
  readonly identity: string
  readonly version: string | undefined
  /** What unimported names begin with, before `__`. */
  readonly namespace: string
  /** By the name in the specification, the name here; directives keep their `@`. */
  readonly imports: ReadonlyMap<string, string>
}

const LINK_IDENTITY = 'https://specs.apollo.dev/link'
const VERSION = /\/(v\d+\.\d+)\/?$/

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The arguments of a directive as plain values, own properties only. */
export const argumentsOf = (directive: ConstDirectiveNode): ReadonlyMap<string, unknown> =>
  new Map(directive.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))

const schemaDirectives = (document: DocumentNode): readonly ConstDirectiveNode[] =>
  document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  )

const splitUrl = (url: string): { identity: string; version: string | undefined } => ({
  identity: url.replace(VERSION, ''),
  version: VERSION.exec(url)?.[1],
})

const readImports = (value: unknown): Map<string, string> => {
  const imports = new Map<string, string>()
  for (const item of Array.isArray(value) ? value : [value]) {
    if (typeof item === 'string') imports.set(item, item)
    else if (isRecord(item) && typeof item['name'] === 'string') {
      imports.set(item['name'], typeof item['as'] === 'string' ? item['as'] : item['name'])
    }
  }
  return imports
}

const CORE_IDENTITY = 'https://specs.apollo.dev/core'

/** The link specification says `url`; its predecessor, which old supergraphs carry, `feature`. */
const urlOf = (values: ReadonlyMap<string, unknown>): string | undefined => {
  const url = values.get('url') ?? values.get('feature')
  return typeof url === 'string' ? url : undefined
}

const readLink = (directive: ConstDirectiveNode): Link | undefined => {
  const values = argumentsOf(directive)
  const url = urlOf(values)
  if (url === undefined) return undefined
  const { identity, version } = splitUrl(url)
  const as = values.get('as')
  const namespace = typeof as === 'string' ? as : (identity.split('/').at(-1) ?? '')
  return { identity, version, namespace, imports: readImports(values.get('import')) }
}

/** A directive links when it links its own specification under the name that it has. */
const linksItself = (directive: ConstDirectiveNode): boolean => {
  const link = readLink(directive)
  if (link === undefined || (link.identity !== LINK_IDENTITY && link.identity !== CORE_IDENTITY)) return false
  return [link.namespace, link.imports.get('@link')?.slice(1)].includes(directive.name.value)
}

/** Every link of a document. The directive that links may itself be renamed, by the link of its own specification. */
export const readLinks = (document: DocumentNode): readonly Link[] => {
  const directives = schemaDirectives(document)
  const names = new Set(['link', ...directives.filter(linksItself).map(({ name }) => name.value)])
  return directives.filter(({ name }) => names.has(name.value)).flatMap((directive) => readLink(directive) ?? [])
}

/** The names under which a document uses the directives of the family; empty when it does not link them. */
export const familyNames = (document: DocumentNode): ReadonlyMap<string, FamilyDirective> => {
  const names = new Map<string, FamilyDirective>()
  for (const link of readLinks(document).filter(({ identity }) => identity === SCOPE_IDENTITY)) {
    const namespace = link.namespace === '' ? SCOPE_NAMESPACE : link.namespace
    for (const directive of FAMILY) names.set(`${namespace}__${directive}`, directive)
    for (const [imported, local] of link.imports) {
      const name = imported.replace(/^@/, '')
      if (isFamilyDirective(name)) names.set(local.replace(/^@/, ''), name)
    }
  }
  return names
}
