import { hostedSubgraph, textAt, type Ask } from '../../../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../../../test/testkit/world.ts'
import { storage } from '../index.ts'

export const CREATE_BUCKET = `mutation ($input: CreateBucketInput!) {
  createBucket(input: $input) { bucket { id name createdAt } userErrors { code field message } }
}`

export const CREATE_GRANT = `mutation ($input: CreateStorageGrantInput!) {
  createStorageGrant(input: $input) {
    grant { id ownerProjectId subjectProjectId bucketId rights createdAt expiresAt revokedAt }
    userErrors { code field message }
  }
}`

/**
 * Organization `a` with the projects `owner`, `subject` and `third`, organization `b` with `stranger`. Each project
 * has a member of its own with the role owner, and `owner` two developers, one of whom leaves, and a viewer besides.
 */
export interface RunningStorage {
  readonly world: World
  readonly ask: Ask
  readonly createBucket: (member: string, project: string, name: string) => Promise<string>
  readonly createGrant: (bucketId: string, subject: string, input?: Record<string, unknown>) => Promise<string>
  /** How many audit rows and events the domain holds: what a refusal must leave as it was. */
  readonly traces: () => Promise<{ readonly audit: number; readonly outbox: number }>
}

export const runningStorage = async (): Promise<RunningStorage> => {
  const built = await world()
    .organization('a')
    .project('owner')
    .member('of-owner', 'owner')
    .member('developer', 'developer')
    .member('viewer', 'viewer')
    .member('leaver', 'developer')
    .project('subject')
    .member('of-subject', 'owner')
    .project('third')
    .member('of-third', 'owner')
    .organization('b')
    .project('stranger')
    .member('of-stranger', 'owner')
    .build()
  const ask = hostedSubgraph(built, storage, 'storage')
  const count = async (table: string) =>
    (await built.rows<{ count: number }>(`select count(*)::int from storage.${table}`))[0]?.count ?? 0

  return {
    world: built,
    ask,
    createBucket: async (member, project, name) =>
      textAt(
        await ask(member, CREATE_BUCKET, { input: { projectId: built.projectId(project), name } }),
        'createBucket.bucket.id',
      ),
    createGrant: async (bucketId, subject, input = {}) => {
      const [ownerProjectId, subjectProjectId] = [built.projectId('owner'), built.projectId(subject)]
      const given = { bucketId, ownerProjectId, subjectProjectId, rights: 'READ', ...input }
      return textAt(await ask('of-owner', CREATE_GRANT, { input: given }), 'createStorageGrant.grant.id')
    },
    traces: async () => ({ audit: await count('audit_log'), outbox: await count('outbox') }),
  }
}
