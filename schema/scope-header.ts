import { Kind, visit, type DirectiveNode, type DirectiveDefinitionNode, type DocumentNode } from 'graphql'
import {
  isFamilyDirective,
  SCOPE_DEFINITIONS,
  SCOPE_IDENTITY,
  type FamilyDirective,
} from '../directives/definitions.ts'
import { directiveSites } from '../directives/directive-sites.ts'
import { argumentsOf, familyNames } from '../directives/links.ts'

const PUBLISHED: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  SCOPE_DEFINITIONS.definitions.flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
  ),
)

/** The names under which a document uses or composes directives of the family. */
const namesInUse = (document: DocumentNode): ReadonlyMap<string, FamilyDirective> => {
  const used = new Set(
    directiveSites(document).flatMap(({ directives }) =>
      directives.flatMap((directive) => {
        const composed = argumentsOf(directive).get('name')
        return typeof composed === 'string'
          ? [directive.name.value, composed.replace(/^@/, '')]
          : [directive.name.value]
      }),
    ),
  )
  return new Map([...familyNames(document)].filter(([name]) => used.has(name)))
}

/**
 * A subgraph that only links the family, with the published definitions of what it uses or composes, under the names
 * that it gave them. Definitions of its own stay as they are, for lint to compare.
 */
export const withScopeDefinitions = (document: DocumentNode): DocumentNode => {
  const defined = new Set(
    document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? [node.name.value] : [])),
  )
  const supplied = [...namesInUse(document)].flatMap(([name, directive]) => {
    const definition = PUBLISHED.get(directive)
    if (definition === undefined || defined.has(name)) return []
    return [{ ...definition, name: { ...definition.name, value: name } }]
  })
  return { ...document, definitions: [...document.definitions, ...supplied] }
}

const isScopeLink = (directive: DirectiveNode): boolean =>
  directive.arguments?.some(
    ({ name, value }) =>
      name.value === 'url' && value.kind === Kind.STRING && value.value.startsWith(`${SCOPE_IDENTITY}/`),
  ) === true

/** One subgraph with the family under its published names. */
const renamed = (document: DocumentNode): DocumentNode => {
  const names = familyNames(document)
  const imported = [...new Set(namesInUse(document).values())]
  const published = (name: string): string => names.get(name) ?? name
  const importList = imported.map((name) => ({ kind: Kind.STRING, value: `@${name}` }) as const)
  const defined = new Set<string>()
  return visit(document, {
    Directive: (node) => {
      if (isScopeLink(node)) {
        const kept = node.arguments?.filter(({ name }) => name.value === 'url') ?? []
        const list = { kind: Kind.LIST, values: importList } as const
        const name = { kind: Kind.NAME, value: 'import' } as const
        return { ...node, arguments: [...kept, { kind: Kind.ARGUMENT, name, value: list } as const] }
      }
      return { ...node, name: { ...node.name, value: published(node.name.value) } }
    },
    DirectiveDefinition: (node) => {
      const name = published(node.name.value)
      if (isFamilyDirective(name) && defined.has(name)) return null
      defined.add(name)
      return { ...node, name: { ...node.name, value: name } }
    },
    Argument: (node) =>
      node.name.value === 'name' && node.value.kind === Kind.STRING && node.value.value.startsWith('@')
        ? { ...node, value: { ...node.value, value: `@${published(node.value.value.slice(1))}` } }
        : undefined,
  })
}

/**
 * Composition asks that a directive has one name in all subgraphs. Where they call one of the family differently, all
 * get its published name; what it means is decided by its link. Otherwise the subgraphs stay as they are.
 */
export const withCommonNames = (subgraphs: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, DocumentNode> => {
  const all = [...subgraphs.values()].flatMap((document) => [...namesInUse(document)])
  const byDirective = Map.groupBy(all, ([, directive]) => directive)
  const differ = [...byDirective.values()].some((entries) => new Set(entries.map(([name]) => name)).size > 1)
  return differ ? new Map([...subgraphs].map(([name, document]) => [name, renamed(document)])) : subgraphs
}
