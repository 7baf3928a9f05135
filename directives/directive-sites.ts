import {
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
} from 'graphql'

/** What a directive stands on. `elsewhere` is every place where the family has no meaning at all. */
export type SiteKind = 'object' | 'interface' | 'union' | 'elsewhere'

/** One place of a schema that carries directives. */
export interface DirectiveSite {
  /** `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, or `schema`. */
  readonly coordinate: string
  readonly type: string
  readonly field: string | undefined
  readonly on: SiteKind
  readonly directives: readonly ConstDirectiveNode[]
}

type Member = Pick<InputValueDefinitionNode, 'name' | 'directives'>

const ELSEWHERE = { field: undefined, on: 'elsewhere' } as const

const membersElsewhere = (type: string, members: readonly Member[] = []): readonly DirectiveSite[] =>
  members.map(({ name, directives = [] }) => ({ coordinate: `${type}.${name.value}`, type, directives, ...ELSEWHERE }))

const fieldSites = (
  type: string,
  on: SiteKind,
  fields: readonly FieldDefinitionNode[] = [],
): readonly DirectiveSite[] =>
  fields.flatMap(({ name, directives = [], arguments: values = [] }) => {
    const coordinate = `${type}.${name.value}`
    return [
      { coordinate, type, field: name.value, on, directives },
      ...values.map((argument) => ({
        coordinate: `${coordinate}(${argument.name.value}:)`,
        type,
        directives: argument.directives ?? [],
        ...ELSEWHERE,
      })),
    ]
  })

const sitesOf = (node: DefinitionNode): readonly DirectiveSite[] => {
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION: {
      const type = node.name.value
      const on =
        node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION ? 'object' : 'interface'
      return [
        { coordinate: type, type, field: undefined, on, directives: node.directives ?? [] },
        ...fieldSites(type, on, node.fields),
      ]
    }
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.UNION_TYPE_EXTENSION:
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_EXTENSION:
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION: {
      const type = node.name.value
      const isUnion = node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION
      const on = isUnion ? 'union' : 'elsewhere'
      return [
        { coordinate: type, type, field: undefined, on, directives: node.directives ?? [] },
        ...membersElsewhere(type, 'values' in node ? node.values : 'fields' in node ? node.fields : []),
      ]
    }
    case Kind.SCHEMA_DEFINITION:
    case Kind.SCHEMA_EXTENSION:
      return [{ coordinate: 'schema', type: 'schema', directives: node.directives ?? [], ...ELSEWHERE }]
    default:
      return []
  }
}

/** Every place of a document that may carry directives, extensions listed on their own. */
export const directiveSites = (document: DocumentNode): readonly DirectiveSite[] =>
  document.definitions.flatMap(sitesOf)
