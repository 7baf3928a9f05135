import {
  bucketId,
  FOREIGN,
  HEADER,
  MINE,
  ORGANIZATION,
  projectId,
  SIBLING,
  uuid,
} from '../../../directives/testkit/guarded-graph.ts'
import { ownedId, selfId, type Uuid } from '../../../platform/ids/id.ts'
import type { TestSubgraph } from '../federated-graph.ts'

/**
 * Projects of two organizations over three subgraphs that decide nothing themselves: whatever is denied was denied
 * by the gateway. Rules on roots, objects and fields; edges that stay in their scope and edges that leave it.
 */

export const organizationId = selfId('org', ORGANIZATION).text
export const foreignOrganizationId = selfId('org', uuid(8)).text
export const [mine, sibling, foreign] = [projectId(MINE), projectId(SIBLING), projectId(FOREIGN)]
const appOf = (project: Uuid) => ownedId('app', project, uuid(7)).text
const apps = new Map([MINE, SIBLING, FOREIGN].map((project) => [projectId(project), appOf(project)]))
export const appId = appOf(MINE)

const organizationOf = (id: string) => ({
  __typename: 'Organization',
  id: id === foreign ? foreignOrganizationId : organizationId,
})
const project = (id: string) => ({
  __typename: 'Project',
  id,
  name: `name of ${id}`,
  secret: `secret of ${id}`,
  organization: { ...organizationOf(id), name: `organization of ${id}` },
  app: { __typename: 'App', id: apps.get(id), title: `app of ${id}` },
})
const all = () => [mine, foreign, sibling].map(project)
const things = () => [{ __typename: 'Leaflet', name: 'paper' }, ...all(), project(mine).app]

async function* changesOf(field: string, ids: readonly string[]) {
  for (const id of ids) yield await Promise.resolve({ [field]: project(id) })
}

const projects: TestSubgraph = {
  typeDefs: `${HEADER}
    type Query {
      viewer: Viewer @selfScoped
      project(id: ID!): Project @projectScoped(capability: READ, project: "id")
      defaulted(id: ID = "${foreign}"): Project @projectScoped(capability: READ, project: "id")
      many(where: Where!): [Project] @projectScoped(capability: READ, project: "where.items.ids")
      organization(id: ID!): Organization @orgScoped(capability: READ, organization: "id")
      news: News @public(reason: "what everybody may know")
      node(id: ID!): Thing @public(reason: "each thing is decided by its own rule")
    }
    type Mutation {
      rename(id: ID!): Renamed @projectScoped(capability: READ, project: "id") @audited(action: "project.rename")
      touch(ids: [ID!]!): [Project] @projectScoped(capability: READ, project: "ids") @audited(action: "project.touch")
      found(name: String!): Founded @selfScoped
    }
    type Subscription {
      changes(id: ID!): Project @projectScoped(capability: READ, project: "id")
      allChanges: Project @selfScoped
    }
    input Where { items: [Item!]! }
    input Item { ids: [ID!]! }
    type Renamed { project: Project }
    type Founded { organization: Organization @crossScope(reason: "a new organization is decided by its own rule") }
    type Viewer @selfScoped { name: String projects: [Project] strict: [Project!] one: Project! favourite: Favourite }
    type Favourite { note: String things: [Thing] any: [Any] }
    union Any = Leaflet | Project
    interface Thing { name: String }
    type Leaflet implements Thing { name: String }
    type App implements Thing @key(fields: "id") @projectScoped(capability: WRITE) { id: ID! name: String title: String }
    type News { text: String newest: Project @crossScope(reason: "the newest project of them all") all: [Project] }
    type Organization @key(fields: "id") @orgScoped(capability: READ) {
      id: ID! name: String books: String @orgScoped(capability: WRITE) projects: [Project]
    }
    type Project implements Thing @key(fields: "id") @projectScoped(capability: READ) {
      id: ID! name: String
      secret: String @projectScoped(capability: WRITE)
      fresh: String @projectScoped(capability: READ) @sensitive(maxAgeSeconds: 60)
      organization: Organization @crossScope(reason: "the organization is decided again by its own rule")
      app: App
    }`,
  resolvers: {
    Query: {
      viewer: () => ({
        name: 'Ada',
        projects: all(),
        strict: all(),
        one: project(foreign),
        favourite: { note: 'mine', things: things(), any: things().slice(0, 3) },
      }),
      project: (_: unknown, { id }: { id: string }) => project(id),
      defaulted: (_: unknown, { id }: { id: string }) => project(id),
      many: (_: unknown, { where }: { where: { items: { ids: string[] }[] } }) =>
        where.items.flatMap(({ ids }) => ids.map(project)),
      organization: (_: unknown, { id }: { id: string }) => ({ id, name: 'us', books: 'balanced', projects: all() }),
      news: () => ({ text: 'hello', newest: project(foreign), all: all() }),
      node: () => project(mine).app,
    },
    Mutation: {
      rename: (_: unknown, { id }: { id: string }) => ({ project: project(id) }),
      touch: (_: unknown, { ids }: { ids: string[] }) => ids.map(project),
      found: () => ({ organization: { id: foreignOrganizationId, name: 'new' } }),
    },
    Subscription: {
      changes: { subscribe: (_: unknown, { id }: { id: string }) => changesOf('changes', [id]) },
      allChanges: { subscribe: () => changesOf('allChanges', [mine, foreign, sibling]) },
    },
    Project: { __resolveReference: ({ id }: { id: string }) => project(id) },
    App: { __resolveReference: ({ id }: { id: string }) => ({ id, title: 'app' }), name: () => 'app' },
    Organization: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'us' }) },
  },
}

const billing: TestSubgraph = {
  typeDefs: `${HEADER}
    type Project @key(fields: "id") @projectScoped(capability: READ) {
      id: ID!
      spend: Spend @projectScoped(capability: WRITE)
      budget: Int
    }
    type Spend { amount: Int }`,
  resolvers: { Project: { spend: () => ({ amount: 7 }), budget: () => 9 } },
}

const storage: TestSubgraph = {
  typeDefs: `${HEADER}
    type Project @key(fields: "id") @projectScoped(capability: READ) { id: ID! buckets: [Bucket] @projectScoped(capability: READ) }
    type Bucket @key(fields: "id") @projectScoped(capability: READ) { id: ID! name: String key: String @projectScoped(capability: WRITE) }`,
  resolvers: {
    Project: { buckets: () => [{ __typename: 'Bucket', id: bucketId(MINE), name: 'logs', key: 'k' }] },
  },
}

export const tenancy = { projects, billing, storage }
