import { Kind, parse, type ConstDirectiveNode, type DefinitionNode, type DocumentNode } from 'graphql'
import { readLinks } from '../../../directives/links.ts'

const IDENTITY = 'https://specs.apollo.dev/inaccessible'

const DEFINITION = parse(
  'directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION',
  { noLocation: true },
)

const LINK = parse(`extend schema @link(url: "${IDENTITY}/v0.2", for: SECURITY)`, { noLocation: true })

/** Takes fields of these names out of what clients see; the planner still knows them. */
export const hideFields = (document: DocumentNode, names: readonly string[]): DocumentNode => {
  if (names.length === 0) return document
  const link = readLinks(document).find(({ identity }) => identity === IDENTITY)
  const name = link ? (link.imports.get('@inaccessible')?.replace('@', '') ?? link.namespace) : 'inaccessible'
  const hidden = new Set(names)
  const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } }
  const definitions = document.definitions.map((node): DefinitionNode => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return node
    return {
      ...node,
      fields: (node.fields ?? []).map((field) =>
        hidden.has(field.name.value) ? { ...field, directives: [...(field.directives ?? []), mark] } : field,
      ),
    }
  })
  return { ...document, definitions: link ? definitions : [...linked(definitions), ...DEFINITION.definitions] }
}

/** With the link on the schema's own definition: a supergraph has no extensions. */
const linked = (definitions: readonly DefinitionNode[]): DefinitionNode[] => {
  const [extension] = LINK.definitions
  const directives = extension?.kind === Kind.SCHEMA_EXTENSION ? (extension.directives ?? []) : []
  return definitions.map((node) =>
    node.kind === Kind.SCHEMA_DEFINITION ? { ...node, directives: [...(node.directives ?? []), ...directives] } : node,
  )
}
