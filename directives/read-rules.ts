import { Kind, type DocumentNode, type GraphQLSchema } from 'graphql'
import type { FamilyDirective } from './definitions.ts'
import { directiveSites, type SiteKind } from './directive-sites.ts'
import { argumentsOf, familyNames } from './links.ts'
import type { Coordinate, Rule, Rules, ScopePath, ScopeRule } from './rule.ts'

/** One use of a directive of the family, where it stands. */
export interface DirectiveUse {
  readonly coordinate: Coordinate
  readonly type: string
  readonly field: string | undefined
  readonly on: SiteKind
  readonly directive: FamilyDirective
  /** What the directive is called in this document. */
  readonly name: string
  readonly arguments: ReadonlyMap<string, unknown>
}

/** Every use of the family in a document, resolved by link identity; repeated and misplaced ones are all listed. */
export const readDirectiveUses = (document: DocumentNode): readonly DirectiveUse[] => {
  const names = familyNames(document)
  if (names.size === 0) return []
  return directiveSites(document).flatMap(({ directives, ...site }) =>
    directives.flatMap((node): readonly DirectiveUse[] => {
      const name = node.name.value
      const directive = names.get(name)
      return directive === undefined ? [] : [{ ...site, directive, name, arguments: argumentsOf(node) }]
    }),
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const path = (value: unknown): ScopePath | undefined => (typeof value === 'string' ? value.split('.') : undefined)

/** A capability that is missing or no name reads as the empty one, which nobody holds. */
const scopeRule = ({ directive, arguments: values }: DirectiveUse): ScopeRule | undefined => {
  switch (directive) {
    case 'projectScoped':
      return { kind: 'project', capability: text(values.get('capability')), path: path(values.get('project')) }
    case 'orgScoped':
      return {
        kind: 'organization',
        capability: text(values.get('capability')),
        path: path(values.get('organization')),
      }
    case 'selfScoped':
      return { kind: 'self' }
    case 'platformScoped':
      return { kind: 'platform', capability: text(values.get('capability')) }
    case 'public':
      return { kind: 'public', reason: text(values.get('reason')) }
    case 'crossScope':
    case 'sensitive':
    case 'audited':
      return undefined
  }
}

const DEFAULT_MAX_AGE_SECONDS = 300

const argumentOf = (
  uses: readonly DirectiveUse[],
  directive: FamilyDirective,
  argument: string,
): { value: unknown } | undefined => {
  const use = uses.find((candidate) => candidate.directive === directive)
  return use && { value: use.arguments.get(argument) }
}

const toRule = (coordinate: Coordinate, uses: readonly DirectiveUse[]): Rule => {
  const sensitive = argumentOf(uses, 'sensitive', 'maxAgeSeconds')
  const audited = argumentOf(uses, 'audited', 'action')
  const crossScope = argumentOf(uses, 'crossScope', 'reason')
  const maxAge = Number(sensitive?.value ?? DEFAULT_MAX_AGE_SECONDS)
  return {
    coordinate,
    scopes: uses.flatMap((use) => scopeRule(use) ?? []),
    sensitive: sensitive && { maxAgeSeconds: Number.isFinite(maxAge) ? maxAge : 0 },
    audited: audited && { action: text(audited.value) },
    crossScope: crossScope && { reason: text(crossScope.value) },
  }
}

const documentOf = (schema: GraphQLSchema): DocumentNode => {
  const types = Object.values(schema.getTypeMap()).flatMap((type) => [type.astNode, ...type.extensionASTNodes])
  const nodes = [schema.astNode, ...schema.extensionASTNodes, ...types]
  return { kind: Kind.DOCUMENT, definitions: nodes.flatMap((node) => node ?? []) }
}

/**
 * The one reader of rules: lint, preflight, subgraph enforcement, the proofs and the documentation use this map.
 * Reads a subgraph's SDL and a supergraph alike. Rules on anything but objects and their fields protect nothing
 * and are left out (lint refuses them). A schema must have kept its syntax nodes.
 */
export const readRules = (source: DocumentNode | GraphQLSchema): Rules => {
  const document = 'kind' in source ? source : documentOf(source)
  const uses = readDirectiveUses(document).filter(({ on }) => on === 'object')
  const byCoordinate = Map.groupBy(uses, ({ coordinate }) => coordinate)
  return new Map([...byCoordinate].map(([coordinate, found]) => [coordinate, toRule(coordinate, found)]))
}
