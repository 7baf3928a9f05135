import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, parse, print, type ExecutionResult } from 'graphql'
import { createAccess, type Access } from '../../platform/access/access.ts'
import type { DenialRecorder } from '../../platform/access/denials.ts'
import { NO_GRANTS, type Grants } from '../../platform/access/grants.ts'
import type { Principal, UserPrincipal } from '../../platform/access/principal.ts'
import { ownedId, selfId, type Uuid } from '../../platform/ids/id.ts'
import { FAMILY, SCOPE_DEFINITIONS, SCOPE_URL } from '../definitions.ts'
import { enforceRules } from '../enforce.ts'
import { readRules } from '../read-rules.ts'

export const uuid = (digit: number): Uuid => `0190a000-0000-7000-8000-00000000000${digit}` as Uuid // written as a UUID

/** Ada is a member of two projects of one organization; `foreign` is another's, `nowhere` nobody's. */
export const ADA = uuid(1)
export const ORGANIZATION = uuid(2)
export const MINE = uuid(3)
export const SIBLING = uuid(4)
export const FOREIGN = uuid(5)
export const NOWHERE = uuid(6)

export const projectId = (project: Uuid): string => selfId('prj', project).text
export const bucketId = (project: Uuid, local = uuid(9)): string => ownedId('bkt', project, local).text

export const ada: UserPrincipal = {
  kind: 'user',
  subject: 'ada',
  sessionId: undefined,
  authenticatedAt: new Date('2026-01-01T12:00:00Z'),
  assurance: 'multi',
}

const member = (...capabilities: string[]) => ({
  organizationId: ORGANIZATION,
  suspended: false,
  capabilities: new Set(capabilities),
})

export const adasGrants: Grants = {
  ...NO_GRANTS,
  userId: ADA,
  organizations: new Map([[ORGANIZATION, { suspended: false, capabilities: new Set(['READ']) }]]),
  projects: new Map([
    [MINE, member('READ', 'WRITE')],
    [SIBLING, member('READ')],
  ]),
}

export const accessOf = (
  grants: Grants = adasGrants,
  principal: Principal = ada,
  reload: () => Promise<Grants> = () => Promise.resolve(grants),
): Access => createAccess({ principal, grants, reload })

/** The header of a subgraph that imports the whole family, its definitions, and a `Capability` enum. */
export const HEADER = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@interfaceObject", "@shareable", "@external", "@requires"])
    @link(url: "${SCOPE_URL}", import: [${FAMILY.map((name) => `"@${name}"`).join(', ')}])
    ${FAMILY.map((name) => `@composeDirective(name: "@${name}")`).join(' ')}
  enum Capability { READ WRITE }
  ${print(SCOPE_DEFINITIONS)}
`

type Resolvers = NonNullable<Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>['resolvers']>

/** An enforced subgraph of a test's own types. */
export const guardedSubgraph = (types: string, resolvers: Resolvers, denials?: DenialRecorder) => {
  const typeDefs = parse(HEADER + types)
  const schema = buildSubgraphSchema({ typeDefs, resolvers })
  const clock = { now: () => new Date('2026-01-01T12:10:00Z') }
  return enforceRules(schema, readRules(typeDefs), { clock, ...(denials && { denials }) })
}

/** What a client would see of a result: data, and the code and path of each error. */
export const seen = ({ data, errors }: ExecutionResult) => ({
  data: JSON.parse(JSON.stringify(data ?? null)) as unknown, // null prototypes and typed values become plain
  errors: (errors ?? []).map(({ path, extensions, message }) => [path?.join('.'), extensions['code'] ?? message]),
})

export const ask = async (
  schema: ReturnType<typeof guardedSubgraph>,
  query: string,
  variables: Record<string, unknown> = {},
  access: Access = accessOf(),
) => seen(await execute({ schema, document: parse(query), variableValues: variables, contextValue: { access } }))
