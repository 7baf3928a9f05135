import {
  Kind,
  visit,
  type ArgumentNode,
  type DirectiveDefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type NameNode,
} from 'graphql'
import { SCOPE_DEFINITIONS, SCOPE_IDENTITY, type FamilyDirective } from '../directives/definitions.ts'
import { directiveSites } from '../directives/directive-sites.ts'
import { familyNames, readLinks } from '../directives/links.ts'

const PUBLISHED: ReadonlyMap<string, DirectiveDefinitionNode> = new Map(
  SCOPE_DEFINITIONS.definitions.flatMap((node) =>
    node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
  ),
)

/** The name that `@composeDirective` composes. */
const composedName = ({ arguments: values = [] }: DirectiveNode): string | undefined =>
  values.flatMap(({ name, value }) =>
    name.value === 'name' && value.kind === Kind.STRING && value.value.startsWith('@') ? [value.value.slice(1)] : [],
  )[0]

const definedIn = (document: DocumentNode): ReadonlySet<string> =>
  new Set(document.definitions.flatMap((node) => (node.kind === Kind.DIRECTIVE_DEFINITION ? [node.name.value] : [])))

/** The names of the family that stand in a document: where something is guarded, and where a name is composed. */
const familyIn = (document: DocumentNode) => {
  const directives = directiveSites(document).flatMap((site) => site.directives)
  const used = new Set(directives.map(({ name }) => name.value))
  const composed = new Set(directives.map(composedName))
  return [...familyNames(document)]
    .map(([name, directive]) => ({ name, directive, isUsed: used.has(name), isComposed: composed.has(name) }))
    .filter(({ isUsed, isComposed }) => isUsed || isComposed)
}

/**
 * A subgraph that only links the family, with the published definitions of what it uses, under the names that it gave
 * them; what it composes without defining or using is left out. Definitions of its own stay as they are, for lint to
 * compare.
 */
export const withScopeDefinitions = (document: DocumentNode): DocumentNode => {
  const defined = definedIn(document)
  const missing = familyIn(document).filter(({ name }) => !defined.has(name))
  const unused = new Set<string | undefined>(missing.flatMap(({ name, isUsed }) => (isUsed ? [] : [name])))
  const supplied = missing
    .filter(({ isUsed }) => isUsed)
    .flatMap(({ name, directive }) => {
      const definition = PUBLISHED.get(directive)
      return definition === undefined ? [] : [{ ...definition, name: { ...definition.name, value: name } }]
    })
  const kept = document.definitions.map((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? { ...node, directives: (node.directives ?? []).filter((directive) => !unused.has(composedName(directive))) }
      : node,
  )
  return { ...document, definitions: [...kept, ...supplied] }
}

const isScopeLink = (directive: DirectiveNode): boolean =>
  directive.arguments?.some(
    ({ name, value }) =>
      name.value === 'url' && value.kind === Kind.STRING && value.value.startsWith(`${SCOPE_IDENTITY}/`),
  ) === true

/** One subgraph with the family under its published names. */
const renamed = (document: DocumentNode): DocumentNode => {
  const names = familyNames(document)
  const published = (name: string): string => names.get(name) ?? name
  const named = <T extends { readonly name: NameNode }>(node: T): T => ({
    ...node,
    name: { ...node.name, value: published(node.name.value) },
  })
  const imports = [...new Set(familyIn(document).map(({ directive }) => directive))].map((name) => {
    return { kind: Kind.STRING, value: `@${name}` } as const
  })
  const importAll: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'import' },
    value: { kind: Kind.LIST, values: imports },
  }
  const composed = new Set<string>()
  const defined = new Set<string>()
  const isRepeated = (seen: Set<string>, name: string): boolean => names.has(name) && seen.has(published(name))
  return visit(document, {
    Directive: (node) => {
      const name = composedName(node)
      if (isScopeLink(node))
        return {
          ...node,
          arguments: [...(node.arguments?.filter((argument) => argument.name.value === 'url') ?? []), importAll],
        }
      if (name === undefined || !names.has(name)) return named(node)
      if (isRepeated(composed, name)) return null
      composed.add(published(name))
      const value = { kind: Kind.STRING, value: `@${published(name)}` } as const
      return { ...node, arguments: node.arguments?.map((argument) => ({ ...argument, value })) }
    },
    DirectiveDefinition: (node) => {
      if (isRepeated(defined, node.name.value)) return null
      defined.add(published(node.name.value))
      return named(node)
    },
  })
}

/** What a document calls a directive: where it stands, and where it is imported. */
const namesOf = (document: DocumentNode): readonly (readonly [FamilyDirective, string])[] => {
  const imports = readLinks(document)
    .filter(({ identity }) => identity === SCOPE_IDENTITY)
    .flatMap((link) => [...link.imports])
  return familyIn(document).flatMap(({ directive, name }) => [
    [directive, name] as const,
    ...imports.flatMap(([of, as]) => (of === `@${directive}` ? [[directive, as.slice(1)] as const] : [])),
  ])
}

/**
 * Composition asks that a directive has one name, in a subgraph and in all of them. Where one of the family has
 * several, all get their published names; what they mean is decided by their link. Otherwise the subgraphs stay as
 * they are.
 */
export const withCommonNames = (subgraphs: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, DocumentNode> => {
  const byDirective = Map.groupBy([...subgraphs.values()].flatMap(namesOf), ([directive]) => directive)
  const differ = [...byDirective.values()].some((names) => new Set(names.map(([, name]) => name)).size > 1)
  return differ ? new Map([...subgraphs].map(([name, document]) => [name, renamed(document)])) : subgraphs
}
