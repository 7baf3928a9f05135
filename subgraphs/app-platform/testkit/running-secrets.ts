import { CREATE_APP, runningApps, type RunningApps } from './running-apps.ts'
import { appPlatform } from '../index.ts'
import { hostedSubgraph, textAt, type Ask } from '../../../test/testkit/hosted-subgraph.ts'

const PUT = `mutation ($input: PutSecretInput!) {
  putSecret(input: $input) { secret { id name version environment { id } } userErrors { code field } }
}`

const REVEAL = `mutation ($input: RevealSecretInput!) {
  revealSecret(input: $input) { secret { id name version } value userErrors { code field message } }
}`

const DELETE = `mutation ($input: DeleteSecretInput!) {
  deleteSecret(input: $input) { deletedSecretId userErrors { code field message } }
}`

const LIST = `query ($id: ID!, $first: Int, $after: String) {
  environment(id: $id) { secrets(first: $first, after: $after) {
    edges { node { id name version createdAt updatedAt } } pageInfo { endCursor } } }
}`

const CREATE_ENVIRONMENT = `mutation ($input: CreateEnvironmentInput!) {
  createEnvironment(input: $input) { environment { id } userErrors { code } }
}`

type Input = Readonly<Record<string, unknown>>

/** Apps with two environments each, asked by people who showed a second factor just now, unless it says otherwise. */
export interface RunningSecrets extends RunningApps {
  readonly askWithOneFactor: Ask
  readonly put: (member: string, input: Input) => ReturnType<Ask>
  readonly reveal: (member: string, input: Input) => ReturnType<Ask>
  readonly remove: (member: string, input: Input) => ReturnType<Ask>
  readonly list: (member: string, environmentId: string, page?: Input) => ReturnType<Ask>
  readonly environmentsOf: (
    member: string,
    project: string,
    name: string,
  ) => Promise<{ readonly appId: string; readonly production: string; readonly staging: string }>
}

export const runningSecrets = async (): Promise<RunningSecrets> => {
  const apps = await runningApps()
  const ask = hostedSubgraph(apps.world, appPlatform, 'app_platform', { factors: 'multi' })
  return {
    ...apps,
    ask,
    askWithOneFactor: apps.ask,
    put: (member, input) => ask(member, PUT, { input }),
    reveal: (member, input) => ask(member, REVEAL, { input }),
    remove: (member, input) => ask(member, DELETE, { input }),
    list: (member, id, page = {}) => ask(member, LIST, { id, ...page }),
    environmentsOf: async (member, project, name) => {
      const made = await ask(member, CREATE_APP, { input: { projectId: apps.world.projectId(project), name } })
      const appId = textAt(made, 'createApp.app.id')
      const staging = await ask(member, CREATE_ENVIRONMENT, { input: { appId, name: 'staging' } })
      return {
        appId,
        production: textAt(made, 'createApp.app.environments.edges.0.node.id'),
        staging: textAt(staging, 'createEnvironment.environment.id'),
      }
    },
  }
}
