import { buildSubgraphSchema } from '@apollo/subgraph'
import { isObjectType, Kind, type DocumentNode, type GraphQLSchema } from 'graphql'
import { enforceRules, type EnforcementOptions } from '../../directives/enforce.ts'
import { readRules } from '../../directives/read-rules.ts'
import { SCALARS } from '../../platform/graphql/scalars.ts'
import type {
  OperationContext,
  Subgraph,
  SubgraphModule,
  SubgraphName,
  SubgraphResolvers,
} from '../../platform/subgraph/module.ts'
import { subgraphDocument } from '../../schema/subgraph-sdl.ts'
import { idFieldsOf } from './id-fields.ts'
import { keyMutations } from './keyed-mutations.ts'

/** A subgraph ready to run, in this process or behind `createSubgraphServer`. */
export interface HostedSubgraph {
  readonly name: SubgraphName
  /** Executable, every rule enforced. */
  readonly schema: GraphQLSchema
  /** What resolvers get in one operation: its authorization, and the subgraph's services and loaders. */
  readonly context: (operation: OperationContext) => OperationContext
}

const scalarsOf = (document: DocumentNode): SubgraphResolvers => {
  const names = document.definitions.flatMap((node) =>
    node.kind === Kind.SCALAR_TYPE_DEFINITION ? [node.name.value] : [],
  )
  return Object.fromEntries(Object.entries(SCALARS).filter(([name]) => names.includes(name)))
}

type ApolloResolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']
>

/** A resolver of a field that is not there would be dropped in silence. */
const refuseStrays = (schema: GraphQLSchema, resolvers: SubgraphResolvers): void => {
  const strays = Object.entries(resolvers).flatMap(([name, fields]) => {
    const type = schema.getType(name)
    if (!isObjectType(type)) return type === undefined ? [name] : []
    const known = type.getFields()
    return Object.keys(fields)
      .filter((field) => !field.startsWith('__') && !Object.hasOwn(known, field))
      .map((field) => `${name}.${field}`)
  })
  if (strays.length > 0) throw new Error(`There are resolvers for what the schema does not have: ${strays.join(', ')}`)
}

/** Makes the executable schema of a subgraph: standard federation v2, its scope rules enforced by itself. */
export const buildSubgraph = (
  module: Pick<SubgraphModule, 'schemaFiles'>,
  subgraph: Pick<Subgraph, 'resolvers'>,
  enforcement: EnforcementOptions = {},
): GraphQLSchema => {
  const typeDefs = subgraphDocument(module.schemaFiles)
  const resolvers = { ...scalarsOf(typeDefs), ...subgraph.resolvers }
  // Resolvers are typed against the generated types of their subgraph; Apollo's map only loses those parameter types.
  const schema = buildSubgraphSchema({ typeDefs, resolvers: resolvers as ApolloResolvers })
  refuseStrays(schema, resolvers)
  const ids = idFieldsOf(schema)
  keyMutations(schema)
  enforceRules(schema, readRules(typeDefs), enforcement)
  ids.writeAsText()
  return schema
}

/** What stands above a subgraph's own context cannot be replaced by it. */
const operationContext = (subgraph: Pick<Subgraph, 'context'>, operation: OperationContext): OperationContext => ({
  ...subgraph.context(operation),
  ...operation,
})

export const hostSubgraph = (
  module: SubgraphModule,
  subgraph: Subgraph,
  enforcement?: EnforcementOptions,
): HostedSubgraph => ({
  name: module.name,
  schema: buildSubgraph(module, subgraph, enforcement),
  context: (operation) => operationContext(subgraph, operation),
})
