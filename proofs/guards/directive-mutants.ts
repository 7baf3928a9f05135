import {
  Kind,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql'
import { familyOf } from '../model/directives.ts'

/** A subgraph with one directive of the family taken away. */
export interface DirectiveMutant {
  readonly subgraph: string
  /** `Query.bucket`, `Bucket`, `Mutation.createBucket`. */
  readonly coordinate: string
  readonly directive: string
  readonly document: DocumentNode
}

/** Where each use of the family stands: the type, and its field for one of a field. */
const usesIn = (document: DocumentNode): readonly { readonly coordinate: string; readonly directive: string }[] => {
  const names = familyOf(document) ?? new Map<string, string>()
  return document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return []
    const of = (coordinate: string, directives: readonly { readonly name: { readonly value: string } }[] = []) =>
      directives.filter(({ name }) => names.has(name.value)).map(({ name }) => ({ coordinate, directive: name.value }))
    return [
      ...of(node.name.value, node.directives),
      ...(node.fields ?? []).flatMap((field) => of(`${node.name.value}.${field.name.value}`, field.directives)),
    ]
  })
}

type Owner = ObjectTypeDefinitionNode | ObjectTypeExtensionNode

const without = (document: DocumentNode, coordinate: string, directive: string): DocumentNode => {
  const [type, field] = coordinate.split('.')
  const kept = (directives: readonly ConstDirectiveNode[] = []) =>
    directives.filter(({ name }) => name.value !== directive)
  const changed = (node: Owner): Owner | undefined => {
    if (node.name.value !== type) return undefined
    if (field === undefined) return { ...node, directives: kept(node.directives) }
    const fields = (node.fields ?? []).map((of) =>
      of.name.value === field ? { ...of, directives: kept(of.directives) } : of,
    )
    return { ...node, fields }
  }
  return visit(document, { ObjectTypeDefinition: changed, ObjectTypeExtension: changed })
}

/** Every use of the family in every subgraph, each taken away by itself. */
export const directiveMutants = (subgraphs: ReadonlyMap<string, DocumentNode>): readonly DirectiveMutant[] =>
  [...subgraphs].flatMap(([subgraph, document]) =>
    usesIn(document).map(({ coordinate, directive }) => ({
      ...{ subgraph, coordinate, directive },
      document: without(document, coordinate, directive),
    })),
  )
