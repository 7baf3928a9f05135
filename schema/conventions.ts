import { Kind, parse, visit, type DefinitionNode, type DocumentNode, type StringValueNode } from 'graphql'

/** Descriptions of what means the same everywhere; a feature's own description goes first. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  id: 'The id of the thing to look up.',
  input: 'What to do, and to what.',
  first: 'How many to return from the start: 20 by default, 100 at most.',
  after: 'Return what follows this cursor.',
  last: 'How many to return from the end: 100 at most.',
  before: 'Return what precedes this cursor.',
}

const FIELDS: Readonly<Record<string, string>> = {
  id: 'Opaque and stable; it says where the thing lives, never who may have it.',
  edges: 'The entries of this page, in order.',
  node: 'The entry itself; null when the caller may not have it.',
  cursor: 'Where the entry stands in its list.',
  pageInfo: 'Where this page stands in its list.',
  totalCount:
    'How many entries the caller may see in the whole list, through its filter and whatever the page: exact up to 10,000, null when there are more. Counted only when it is selected, at that moment, which is not that of the page.',
  userErrors: 'Why the mutation was refused; empty when it was done.',
  idempotencyKey:
    'Any text of your own, 1 to 255 printable ASCII characters, one for each intent. Within 24 hours the same call with the same key is done once: repeated, it gives the result of the first, without what is shown once. With another input, or another mutation, of the same domain and project (or organization, or user) it is `IDEMPOTENCY_KEY_REUSED`; elsewhere it is another key.',
  createdAt: 'When it was created.',
}

const words = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase()

const typeDescription = (name: string): string | undefined => {
  const [, subject, role] = /^(\w+?)(Connection|Edge|Payload|Input)$/.exec(name) ?? []
  if (subject === undefined) return undefined
  switch (role) {
    case 'Connection':
      return `A page of a list: ${words(subject)}.`
    case 'Edge':
      return `An entry of a list: ${words(subject)}.`
    case 'Payload':
      return `The outcome of a mutation: ${words(subject)}.`
    default:
      return `The input of a mutation: ${words(subject)}.`
  }
}

const described = <T extends { readonly description?: StringValueNode | undefined }>(
  node: T,
  text: string | undefined,
): T =>
  node.description !== undefined || text === undefined
    ? node
    : { ...node, description: { kind: Kind.STRING, value: text, block: false } }

const own = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Describes what the conventions of the graph already say, so that features describe only what is theirs. */
export const describeConventions = (document: DocumentNode): DocumentNode =>
  visit(document, {
    FieldDefinition: {
      leave: (field) =>
        described(
          {
            ...field,
            arguments: field.arguments?.map((node) => described(node, own(ARGUMENTS, node.name.value))) ?? [],
          },
          own(FIELDS, field.name.value),
        ),
    },
    InputObjectTypeDefinition: {
      leave: (type) =>
        described(
          { ...type, fields: type.fields?.map((field) => described(field, own(FIELDS, field.name.value))) ?? [] },
          typeDescription(type.name.value),
        ),
    },
    ObjectTypeDefinition: { leave: (type) => described(type, typeDescription(type.name.value)) },
  })

const CONNECTION = /^(\w+)Connection$/

const connectionSdl = (node: string): string => `
  type ${node}Connection { edges: [${node}Edge!]! pageInfo: PageInfo! totalCount: Int @cost(weight: 10) }
  type ${node}Edge { cursor: String! node: ${node} }
`

/** The connection and edge types that features name without defining them: they are the same for every list. */
export const missingConnections = (document: DocumentNode): readonly DefinitionNode[] => {
  const defined = new Set<string>()
  const named = new Set<string>()
  visit(document, {
    ObjectTypeDefinition: (type) => void defined.add(type.name.value),
    NamedType: (type) => void named.add(type.name.value),
  })
  return [...named]
    .filter((name) => !defined.has(name))
    .flatMap((name) => CONNECTION.exec(name)?.[1] ?? [])
    .flatMap((node) => parse(connectionSdl(node)).definitions)
}
