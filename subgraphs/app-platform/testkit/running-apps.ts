import type { Role } from '../../../directives/capabilities.ts'
import { hostedSubgraph, textAt, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { appPlatform } from '../index.ts'

export const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`

export const CREATE_APP = `mutation ($input: CreateAppInput!) {
  createApp(input: $input) {
    app { id name createdAt environments { edges { node { id name currentRelease { id } } } } }
    userErrors { code field message }
  }
}`

export const CREATE_RELEASE = `mutation ($input: CreateReleaseInput!) {
  createRelease(input: $input) {
    release { id image manifestHash trust { signatureStatus sbomDigest } app { id } }
    userErrors { code field message }
  }
}`

export const DEPLOY = `mutation ($input: DeployReleaseInput!) {
  deployRelease(input: $input) { environment { id currentRelease { id } } userErrors { code field message } }
}`

export const CREATE_ROUTE = `mutation ($input: CreateRouteInput!) {
  createRoute(input: $input) {
    route { id hostname endpoint authMode routeFamily proxyPool version environment { id } }
    userErrors { code field message }
  }
}`

const MEMBERS = ['owner', 'developer', 'viewer'] as const satisfies readonly Role[]

/**
 * Organizations `a` (projects `p` and `q`) and `b` (project `r`), each with an owner, a developer and a viewer
 * (`a-owner` …) of all of its projects, and app-platform over them.
 */
export interface RunningApps {
  readonly world: World
  readonly ask: Ask
  readonly createApp: (member: string, project: string, name: string) => Promise<{ appId: string; production: string }>
  readonly createRelease: (member: string, appId: string, digit?: string) => Promise<string>
  /** How many audit rows and events the domain holds: what a refusal must leave as it was. */
  readonly traces: () => Promise<{ readonly audit: number; readonly outbox: number }>
}

export const runningApps = async (): Promise<RunningApps> => {
  const planned = ['a', 'b'].reduce((plan, organization) => {
    const withMembers = MEMBERS.reduce(
      (building, role) => building.member(`${organization}-${role}`, role),
      plan.organization(organization),
    )
    return organization === 'a' ? withMembers.project('p').project('q') : withMembers.project('r')
  }, world())
  const built = await planned.build()
  const ask = hostedSubgraph(built, appPlatform, 'app_platform')
  const count = async (table: string) =>
    (await built.rows<{ count: number }>(`select count(*)::int from app_platform.${table}`))[0]?.count ?? 0

  return {
    world: built,
    ask,
    createApp: async (member, project, name) => {
      const made = await ask(member, CREATE_APP, { input: { projectId: built.projectId(project), name } })
      return {
        appId: textAt(made, 'createApp.app.id'),
        production: textAt(made, 'createApp.app.environments.edges.0.node.id'),
      }
    },
    createRelease: async (member, appId, digit = 'a') => {
      const input = { appId, image: `registry.example/team/app@${digestOf(digit)}`, manifestHash: digestOf('b') }
      return textAt(await ask(member, CREATE_RELEASE, { input }), 'createRelease.release.id')
    },
    traces: async () => ({ audit: await count('audit_log'), outbox: await count('outbox') }),
  }
}
