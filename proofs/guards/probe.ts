import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, parse, subscribe, type DocumentNode } from 'graphql'
import type { Case } from '../matrix/case.ts'
import { outcomeOf } from '../matrix/outcome.ts'
import { expectation, type Caller } from '../model/expectation.ts'
import type { ModelGraph } from '../model/rule.ts'
import { isRecord, type Answer } from '../stage/answer.ts'
import { TARGET } from '../stage/arrangement.ts'
import { enforceRules } from '../../directives/enforce.ts'
import { readRules } from '../../directives/read-rules.ts'
import { createAccess } from '../../platform/access/access.ts'
import type { Grants } from '../../platform/access/grants.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import { userOf } from '../../server/demo/tenants.ts'

const PROBE = userOf('owner@northwind.example')

/** Everything at the target, but one capability or a second factor. */
interface Lack {
  readonly capability?: string
}

const capabilitiesOf = (graph: ModelGraph, { capability }: Lack): readonly string[] =>
  (graph.enums.get('Capability') ?? []).filter((held) => held !== capability)

const grantsOf = (held: readonly string[]): Grants => {
  const standing = { suspended: false, capabilities: new Set(held) }
  const { organization, project, neighbour } = TARGET
  return {
    ...{ userId: PROBE.id, disabled: false, platform: new Set(held) },
    organizations: new Map([[organization.id, standing]]),
    projects: new Map([project, neighbour].map(({ id }) => [id, { ...standing, organizationId: organization.id }])),
  }
}

const callerOf = (held: readonly string[]): Caller => ({
  ...{
    kind: 'user',
    user: PROBE.id,
    isDisabled: false,
    platform: held,
    chosen: undefined,
    hasFreshSecondFactor: false,
  },
  memberships: [{ organization: TARGET.organization.id, project: undefined, capabilities: held, isSuspended: false }],
})

const codeOf = (error: { readonly originalError?: Error | null | undefined }): string =>
  error.originalError instanceof CataloguedError ? error.originalError.code : 'UNCATALOGUED'

/** Asks a subgraph that has its rules and no resolvers of its own: only what the directives say stands in the way. */
const ask = async (document: DocumentNode, of: Case, held: readonly string[]): Promise<Answer> => {
  const schema = enforceRules(buildSubgraphSchema({ typeDefs: document }), readRules(document))
  const grants = grantsOf(held)
  const principal: Principal = {
    kind: 'user',
    subject: PROBE.subject,
    sessionId: undefined,
    authenticatedAt: new Date(),
    assurance: 'single',
  }
  const access = createAccess({ principal, grants, reload: () => Promise.resolve(grants) })
  const args = { schema, document: parse(of.query), variableValues: of.variables(), contextValue: { access } }
  const result = of.operation === 'subscription' ? await subscribe(args) : await execute(args)
  const { data, errors } = 'data' in result || 'errors' in result ? result : { data: null, errors: undefined }
  const failures = (errors ?? []).map((error) => ({ path: error.path ?? [], code: codeOf(error) }))
  return { ...{ status: 200, text: '', headers: {} }, data: isRecord(data) ? data : null, errors: failures }
}

/** Whoever lacks just what a rule of the case asks for, and whoever lacks nothing but a second factor. */
const lacksOf = ({ rules }: Case): readonly Lack[] => [
  ...rules.flatMap(({ capability }) => (capability === undefined ? [] : [{ capability }])),
  {},
]

/** Whether any denial that the model expects of a case is not one any more, or another. */
export const noticesBy = async (graph: ModelGraph, document: DocumentNode, of: Case): Promise<boolean> => {
  for (const lack of lacksOf(of)) {
    const held = capabilitiesOf(graph, lack)
    const expected = expectation(of.rules, callerOf(held), of.place, of.freshness)
    const { got } = outcomeOf(of, await ask(document, of, held))
    // Without resolvers nothing is there to be found: what is not denied is null.
    if (expected !== (got === 'NOTHING' ? 'ALLOW' : got)) return true
  }
  return false
}
