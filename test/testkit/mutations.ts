import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  type GraphQLInputType,
} from 'graphql'
import { readRules } from '../../directives/read-rules.ts'
import type { Rule } from '../../directives/rule.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import type { IdPrefix } from '../../platform/ids/kinds.ts'

/** Where the ids of a mutation's arguments live. */
export interface Place {
  readonly organization: Uuid
  readonly project: Uuid
  readonly user: Uuid
}

/** A mutation of the graph with arguments that are well formed, of things that do not exist. */
export interface SampleMutation {
  readonly name: string
  readonly rule: Rule
  readonly document: string
  readonly variables: (place: Place) => Readonly<Record<string, unknown>>
}

/** What kind of thing an argument names. A mutation that names something new adds a line here. */
const KIND_OF: Readonly<Record<string, IdPrefix>> = {
  organizationId: 'org',
  projectId: 'prj',
  ownerProjectId: 'prj',
  subjectProjectId: 'prj',
  userId: 'usr',
  departmentId: 'dep',
  serviceAccountId: 'sva',
  apiKeyId: 'key',
  allocationId: 'alc',
  sessionId: 'trm',
  appId: 'app',
  environmentId: 'env',
  releaseId: 'rel',
  secretId: 'sec',
  bucketId: 'bkt',
  grantId: 'sgr',
  notificationId: 'ntf',
  ids: 'ntf',
  webhookEndpointId: 'whe',
}

const idFor = (name: string, place: Place): string => {
  const prefix = Object.hasOwn(KIND_OF, name) ? KIND_OF[name] : undefined
  switch (prefix) {
    case undefined:
      throw new Error(`test/testkit/mutations.ts does not know what ${name} is the id of`)
    case 'org':
      return selfId('org', place.organization).text
    case 'prj':
      return selfId('prj', place.project).text
    case 'usr':
      return selfId('usr', place.user).text
    case 'dep':
    case 'whe':
      return ownedId(prefix, place.organization, systemIds.next()).text
    case 'ntf':
      return ownedId('ntf', place.user, systemIds.next()).text
    default:
      return ownedId(prefix, place.project, systemIds.next()).text
  }
}

const SCALARS: Readonly<Record<string, unknown>> = {
  String: 'sample',
  Int: 1,
  Float: 1,
  Boolean: false,
  DateTime: '2030-01-01T00:00:00.000Z',
  BigInt: '1',
  Duration: 'PT1M',
}

const sample = (type: GraphQLInputType, name: string, place: Place): unknown => {
  if (isNonNullType(type)) return sample(type.ofType, name, place)
  if (isListType(type)) return [sample(type.ofType, name, place)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField)
    return Object.fromEntries(fields.map((field) => [field.name, sample(field.type, field.name, place)]))
  }
  return type.name === 'ID' ? idFor(name, place) : SCALARS[type.name]
}

/** Every mutation of the composed graph, read from the supergraph: a new one is here without anybody's doing. */
export const sampleMutations = (): readonly SampleMutation[] => {
  const file = join(import.meta.dirname, '..', '..', 'schema', 'supergraph.graphql')
  const supergraph = parse(readFileSync(file, 'utf8'))
  const rules = readRules(supergraph)
  const fields = buildASTSchema(supergraph, { assumeValid: true }).getMutationType()?.getFields() ?? {}
  return Object.values(fields).map(({ name, args, type }) => {
    const rule = rules.get(`Mutation.${name}`)
    if (rule === undefined) throw new Error(`Mutation.${name} has no rule`)
    const given = args.filter(isRequiredArgument)
    const variables = given.map((arg) => `$${arg.name}: ${arg.type.toString()}`)
    const values = given.map((arg) => `${arg.name}: $${arg.name}`)
    const selection = 'getFields' in getNamedType(type) ? ' { __typename }' : ''
    return {
      name,
      rule,
      document: `mutation (${variables.join(', ')}) { ${name}(${values.join(', ')})${selection} }`
        .replace('mutation ()', 'mutation')
        .replace(`${name}()`, name),
      variables: (place) => Object.fromEntries(given.map((arg) => [arg.name, sample(arg.type, arg.name, place)])),
    }
  })
}
