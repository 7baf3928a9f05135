import { Kind, print, visit, type DirectiveDefinitionNode, type DocumentNode } from 'graphql'
import {
  FAMILY,
  isFamilyDirective,
  SCOPE_DEFINITIONS,
  SCOPE_IDENTITY,
  SCOPE_URL,
  type FamilyDirective,
} from '../../directives/definitions.ts'
import { directiveSites } from '../../directives/directive-sites.ts'
import { argumentsOf, familyNames, readLinks } from '../../directives/links.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'

const SCHEMA = 'schema'

/** Directives that carry a name of the family and are not of the family: nobody enforces them. */
const lintImpostors = (document: DocumentNode, names: ReadonlyMap<string, FamilyDirective>): readonly Finding[] => {
  const isImpostor = ({ name }: { readonly name: { readonly value: string } }): boolean =>
    !names.has(name.value) && isFamilyDirective(name.value.replace(/^\w+?__/, ''))
  const finding = (coordinate: string, name: string): Finding => {
    const message = `@${name} is not linked from ${SCOPE_URL} and protects nothing: import it with @link, or give what is not of the scope family another name.`
    return { coordinate, rule: 'directive-identity', message }
  }
  const defined = document.definitions
    .filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION)
    .filter(isImpostor)
    .map(({ name }) => finding(`@${name.value}`, name.value))
  const used = directiveSites(document).flatMap(({ coordinate, directives }) =>
    directives.filter(isImpostor).map(({ name }) => finding(coordinate, name.value)),
  )
  return [...defined, ...used]
}

const lintLinks = (document: DocumentNode): readonly Finding[] =>
  readLinks(document)
    .filter(({ identity }) => identity === SCOPE_IDENTITY)
    .flatMap(({ version, imports }): readonly Finding[] => {
      const unknown = [...imports.keys()].filter((name) => !name.startsWith('@') || !isFamilyDirective(name.slice(1)))
      const versionMessage = `Version ${version ?? 'none'} of the scope specification is not known: link ${SCOPE_URL}.`
      return [
        ...(version === 'v1.0' ? [] : [{ coordinate: SCHEMA, rule: 'link-version', message: versionMessage } as const]),
        ...unknown.map((name): Finding => {
          const message = `${SCOPE_URL} has no "${name}": import @${FAMILY.join(', @')}.`
          return { coordinate: SCHEMA, rule: 'link-import-unknown', message }
        }),
      ]
    })

/** A definition by what it means: without descriptions, arguments and locations in order, under one name. */
const canonical = (definition: DirectiveDefinitionNode): string => {
  const bare = visit(definition, {
    DirectiveDefinition: (node) => ({
      ...node,
      description: undefined,
      name: { ...node.name, value: 'directive' },
      arguments: (node.arguments ?? []).toSorted((a, b) => (a.name.value < b.name.value ? -1 : 1)),
      locations: node.locations.toSorted((a, b) => (a.value < b.value ? -1 : 1)),
    }),
    InputValueDefinition: (node) => ({ ...node, description: undefined }),
  })
  return print(bare)
}

const PUBLISHED = new Map(
  SCOPE_DEFINITIONS.definitions.flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, canonical(node)] as const] : [],
  ),
)

const lintDefinitions = (view: GraphView, names: ReadonlyMap<string, FamilyDirective>): readonly Finding[] =>
  [...names].flatMap(([local, directive]): readonly Finding[] => {
    const definition = view.directiveDefinitions.get(local)
    if (definition === undefined || canonical(definition) === PUBLISHED.get(directive)) return []
    const message = `The definition of @${local} differs from the published one of ${SCOPE_URL}: copy that.`
    return [{ coordinate: `@${local}`, rule: 'directive-definition', message }]
  })

/** Directives of the family stand for what they are, whatever they are called here. */
export const lintIdentity = (view: GraphView): readonly Finding[] => {
  const names = familyNames(view.document)
  return [...lintImpostors(view.document, names), ...lintLinks(view.document), ...lintDefinitions(view, names)]
}

/** What a subgraph uses must reach the supergraph, or the gateway does not know of it. For subgraphs only. */
export const lintComposed = (view: GraphView): readonly Finding[] => {
  const composeName = view.federationName('composeDirective')
  const composed = new Set(
    view.document.definitions
      .flatMap((node) =>
        node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.directives ?? []) : [],
      )
      .filter(({ name }) => name.value === composeName)
      .map((directive) => argumentsOf(directive).get('name')),
  )
  const used = new Map(view.uses.map(({ name, directive }) => [name, directive]))
  return [...used]
    .filter(([name]) => !composed.has(`@${name}`))
    .map(([name]) => ({
      coordinate: SCHEMA,
      rule: 'directive-not-composed',
      message: `@${name} is used and not composed, so that the supergraph would lose its rules: add @${composeName}(name: "@${name}").`,
    }))
}
