import { Kind, print, visit, type DirectiveDefinitionNode, type DocumentNode } from 'graphql'
import {
  isFamilyDirective,
  SCOPE_DEFINITIONS,
  SCOPE_IDENTITY,
  SCOPE_URL,
  type FamilyDirective,
} from '../../directives/definitions.ts'
import { argumentsOf, familyNames, readLinks } from '../../directives/links.ts'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'

const SCHEMA = 'schema'

/** Directives that carry a name of the family and are not of the family: nobody enforces them. */
const lintImpostors = (document: DocumentNode, names: ReadonlyMap<string, FamilyDirective>): readonly Finding[] => {
  const findings: Finding[] = []
  const foreign = (name: string): boolean => !names.has(name) && isFamilyDirective(name.replace(/^\w+?__/, ''))
  const check = (
    coordinate: string,
    used: readonly { readonly name: { readonly value: string } }[] | undefined,
  ): void => {
    for (const { name } of used ?? []) {
      if (!foreign(name.value)) continue
      const message = `@${name.value} is not linked from ${SCOPE_URL} and protects nothing: import it with @link.`
      findings.push({ coordinate, rule: 'directive-identity', message })
    }
  }
  for (const node of document.definitions) {
    if (node.kind === Kind.DIRECTIVE_DEFINITION) check(`@${node.name.value}`, [node])
    if (!('fields' in node)) continue
    check(node.name.value, node.directives)
    for (const field of node.fields ?? []) check(`${node.name.value}.${field.name.value}`, field.directives)
  }
  return findings
}

const lintVersion = (document: DocumentNode): readonly Finding[] =>
  readLinks(document)
    .filter(({ identity, version }) => identity === SCOPE_IDENTITY && version !== 'v1.0')
    .map(({ version }) => ({
      coordinate: SCHEMA,
      rule: 'link-version',
      message: `Version ${version ?? 'none'} of the scope specification is not known: link ${SCOPE_URL}.`,
    }))

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
  [...names].flatMap(([local, directive]) => {
    const definition = view.directiveDefinitions.get(local)
    if (definition === undefined || canonical(definition) === PUBLISHED.get(directive)) return []
    const message = `The definition of @${local} differs from the published one of ${SCOPE_URL}: copy that.`
    return [{ coordinate: `@${local}`, rule: 'directive-definition', message }]
  })

/** Directives of the family stand for what they are, whatever they are called here. */
export const lintIdentity = (view: GraphView): readonly Finding[] => {
  const names = familyNames(view.document)
  return [...lintImpostors(view.document, names), ...lintVersion(view.document), ...lintDefinitions(view, names)]
}

/** What a subgraph uses must reach the supergraph, or the gateway does not know of it. For subgraphs only. */
export const lintComposed = (view: GraphView): readonly Finding[] => {
  const names = familyNames(view.document)
  const composeName = view.federationName('composeDirective')
  const composed = new Set(
    view.document.definitions
      .flatMap((node) =>
        node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION ? (node.directives ?? []) : [],
      )
      .filter(({ name }) => name.value === composeName)
      .map((directive) => argumentsOf(directive).get('name')),
  )
  const used = new Set(view.uses.map(({ directive }) => directive))
  return [...used].flatMap((directive) => {
    const locals = [...names].filter(([, family]) => family === directive).map(([local]) => local)
    if (locals.some((local) => composed.has(`@${local}`))) return []
    const message = `@${directive} is used and not composed: add @composeDirective(name: "@${locals.at(-1) ?? directive}").`
    return [{ coordinate: SCHEMA, rule: 'directive-not-composed', message }]
  })
}
