import { join } from 'node:path'
import { Kind, OperationTypeNode, parse, type DocumentNode } from 'graphql'
import { median } from './report.ts'
import { capabilitiesOf } from '../directives/capabilities.ts'
import { readRules } from '../directives/read-rules.ts'
import { compileConditions } from '../platform/graphql/execution/conditions.ts'
import { compilePreflight, type Preflight } from '../gateway/preflight/preflight.ts'
import { loadSupergraph } from '../gateway/supergraph/load-supergraph.ts'
import { createAccess } from '../platform/access/access.ts'
import type { Grants } from '../platform/access/grants.ts'
import type { Principal } from '../platform/access/principal.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { selfId, type Uuid } from '../platform/ids/id.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { silentLog } from '../platform/log/log.ts'

export interface DecisionCost {
  /** Different projects that one operation names. */
  readonly scopes: number
  /** Microseconds of one operation's preflight: reading the scopes from the variables, and each decision once. */
  readonly microseconds: number
  readonly microsecondsEach: number
}

const SUPERGRAPH = join(import.meta.dirname, '../schema/supergraph.graphql')
const COUNTS = [1, 10, 50]
const MEMBER: Principal = {
  kind: 'user',
  subject: 'bench',
  sessionId: undefined,
  authenticatedAt: undefined,
  assurance: 'single',
}

/** An owner of so many projects. */
const grantsOn = (projects: readonly Uuid[]): Grants => {
  const organizationId = systemIds.next()
  const held = { organizationId, suspended: false, capabilities: capabilitiesOf('owner') }
  return {
    userId: systemIds.next(),
    disabled: false,
    platform: new Set(),
    organizations: new Map([[organizationId, held]]),
    projects: new Map(projects.map((project) => [project, held])),
  }
}

/** Asks each project, named by a variable of its own, for what the dashboard asks of one. */
const operationOn = (projects: readonly Uuid[]): DocumentNode =>
  parse(`query (${projects.map((_, n) => `$p${String(n)}: ID!`).join()}) {
    ${projects.map((_, n) => `a${String(n)}: project(id: $p${String(n)}) { name allocations(first: 3) { edges { node { name } } } spend { amount { currency } } }`).join('\n')}
  }`)

const preflightOf = async (document: DocumentNode): Promise<Preflight> => {
  const loaded = await loadSupergraph({ source: { file: SUPERGRAPH }, log: silentLog })
  try {
    const { apiSchema: schema, sdl } = loaded.current()
    const [operation] = document.definitions
    if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
      throw new Error('The document is not one query')
    const fragments = new Map()
    const readConditions = compileConditions(operation, fragments)
    const rules = readRules(parse(sdl, { noLocation: true }))
    return compilePreflight({ schema, operation, fragments, readConditions, rules, clock: systemClock })
  } finally {
    await loaded.stop()
  }
}

/** One preflight of an operation that names so many projects, of all of which the caller is an owner. */
export const ownersPreflight = async (scopes: number): Promise<() => void> => {
  const projects = Array.from({ length: scopes }, () => systemIds.next())
  const preflight = await preflightOf(operationOn(projects))
  const variables = Object.fromEntries(projects.map((project, n) => [`p${String(n)}`, selfId('prj', project).text]))
  const grants = grantsOn(projects)
  return () => {
    // As in the gateway: what was decided is remembered for one operation.
    const access = createAccess({ principal: MEMBER, grants, reload: () => Promise.resolve(grants) })
    const { guarding } = preflight.decide({ principal: MEMBER, access, variables })
    if (guarding?.isDenying === true) throw new Error('An owner was denied')
  }
}

const costOf = async (scopes: number, rounds: number): Promise<DecisionCost> => {
  const decideOnce = await ownersPreflight(scopes)
  const often = Math.ceil(20_000 / scopes)
  const timed = Array.from({ length: rounds + 1 }, () => {
    const begun = performance.now()
    for (let n = 0; n < often; n += 1) decideOnce()
    return ((performance.now() - begun) * 1000) / often
  })
  const microseconds = median(timed.slice(1)) // the first warms up
  return {
    scopes,
    microseconds: Number(microseconds.toFixed(1)),
    microsecondsEach: Number((microseconds / scopes).toFixed(2)),
  }
}

/** What deciding costs as an operation names more projects. */
export const measureDecisions = async (rounds: number): Promise<readonly DecisionCost[]> => {
  const costs: DecisionCost[] = []
  for (const scopes of COUNTS) costs.push(await costOf(scopes, rounds))
  return costs
}
