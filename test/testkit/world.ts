import { openPool } from '../../platform/database/pool.ts'
import {
  capabilitiesOf,
  SERVICE_ACCOUNT_CAPABILITIES,
  type Capability,
  type Role,
} from '../../directives/capabilities.ts'
import { createAccess, type Access } from '../../platform/access/access.ts'
import { createPostgresGrantSource } from '../../platform/access/postgres-grant-source.ts'
import { ANONYMOUS, type Principal } from '../../platform/access/principal.ts'
import { projectScope, type ProjectScope } from '../../platform/access/scope.ts'
import type { Database, DatabaseOptions, DomainSchema } from '../../platform/database/database.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { selfId, type Uuid } from '../../platform/ids/id.ts'
import { worldAccount, type WorldAccount } from './world-account.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'

/** Organizations, projects and people in a database of a test's own. Names are those that the test gave. */
export interface World {
  /** Stands still from when the world was built: policies compare with the clock of the database. */
  readonly clock: ManualClock
  /** Of the database, as its owner. */
  readonly ownerUrl: string
  readonly open: (schema: DomainSchema, options?: Pick<DatabaseOptions, 'metrics'>) => Database
  readonly urlOf: TestDatabase['urlOf']
  readonly scope: (project: string) => ProjectScope
  /** The text of a project's id, as the graph has it. */
  readonly projectId: (project: string) => string
  readonly principal: (member: string) => Principal
  /** What the member may do now, by the grants of iam's view. Nobody: anonymous. `multi`: with a fresh second factor. */
  readonly access: (member: string, factors?: 'single' | 'multi') => Promise<Access>
  /** The text of a member's id, as the graph has it. */
  readonly userId: (member: string) => string
  /** The text by which a service account is let in. */
  readonly key: (serviceAccount: string) => string
  /** As the owner, above every policy. */
  readonly rows: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
  readonly end: () => Promise<void>
}

/** Each call goes on from the one before: a project is of the organization, a member of the project, last named. */
export interface WorldBuilder {
  readonly organization: (name: string) => WorldBuilder
  readonly project: (name: string) => WorldBuilder
  /** Of the project last named; before the first one, of the organization. */
  readonly member: (name: string, role: Role) => WorldBuilder
  /** A service account of the project last named, with one key. */
  readonly serviceAccount: (name: string, capabilities: readonly Capability[]) => WorldBuilder
  readonly build: () => Promise<World>
}

/** Who is asked for by this name has no credential. */
export const NOBODY = 'nobody'

interface Plan {
  readonly statements: readonly (readonly [sql: string, values: readonly unknown[]])[]
  readonly organization: { readonly id: Uuid; readonly department: Uuid } | undefined
  readonly project: ProjectScope | undefined
  readonly projects: ReadonlyMap<string, ProjectScope>
  readonly members: ReadonlyMap<string, Uuid>
  readonly accounts: ReadonlyMap<string, WorldAccount>
}

const ORGANIZATION = 'insert into iam.organizations (id, slug, name, created_at) values ($1, $2, $2, now())'
const DEPARTMENT = `insert into iam.departments (org_id, id, name, is_default, created_at) values ($1, $2, 'Main', true, now())`
const PROJECT =
  'insert into iam.projects (org_id, id, department_id, slug, name, created_at) values ($1, $2, $3, $4, $4, now())'
const USER = `insert into iam.users (id, subject, email, display_name, created_at) values ($1, $2, $2 || '@example.com', $2, now())`
const OF_ORGANIZATION =
  'insert into iam.organization_memberships (org_id, id, user_id, role, created_at) values ($1, $2, $3, $4, now())'
const OF_PROJECT =
  'insert into iam.project_memberships (org_id, project_id, id, user_id, role, created_at) values ($1, $2, $3, $4, $5, now())'

const named = <T>(values: ReadonlyMap<string, T>, name: string): T => {
  const value = values.get(name)
  if (value === undefined) throw new Error(`The world of this test has no ${name}`)
  return value
}

const withOrganization = (plan: Plan, name: string): Plan => {
  const organization = { id: systemIds.next(), department: systemIds.next() }
  const { id, department } = organization
  const statements = [...plan.statements, [ORGANIZATION, [id, name]], [DEPARTMENT, [id, department]]] as const
  return { ...plan, statements, organization, project: undefined }
}

const withProject = (plan: Plan, name: string): Plan => {
  if (plan.organization === undefined) throw new Error(`The project ${name} needs an organization before it`)
  const project = projectScope(plan.organization.id, systemIds.next())
  const values = [project.organizationId, project.projectId, plan.organization.department, name]
  const projects = new Map([...plan.projects, [name, project]])
  return { ...plan, statements: [...plan.statements, [PROJECT, values]], project, projects }
}

const withServiceAccount = (plan: Plan, name: string, capabilities: readonly Capability[]): Plan => {
  if (plan.organization === undefined || plan.project === undefined)
    throw new Error(`The service account ${name} needs a project before it`)
  const { account, statements } = worldAccount(plan.project, plan.organization.department, name, capabilities)
  const accounts = new Map([...plan.accounts, [name, account]])
  return { ...plan, statements: [...plan.statements, ...statements], accounts }
}

const withMember = (plan: Plan, name: string, role: Role): Plan => {
  const { organization, project } = plan
  if (organization === undefined) throw new Error(`The member ${name} needs an organization before it`)
  const [user, id] = [systemIds.next(), systemIds.next()]
  const membership: readonly [string, readonly unknown[]] =
    project === undefined
      ? [OF_ORGANIZATION, [organization.id, id, user, role]]
      : [OF_PROJECT, [organization.id, project.projectId, id, user, role]]
  const statements = [...plan.statements, [USER, [user, name]] as const, membership]
  return { ...plan, statements, members: new Map([...plan.members, [name, user]]) }
}

const accessTo = (database: TestDatabase) => {
  const pool = openPool({ url: database.urlOf('access'), poolSize: 1, applicationName: 'gpuaas-test' })
  const source = createPostgresGrantSource({
    pool,
    capabilitiesOf,
    serviceAccountCapabilities: SERVICE_ACCOUNT_CAPABILITIES,
  })
  return {
    open: async (principal: Principal): Promise<Access> =>
      createAccess({ principal, grants: await source.load(principal), reload: source.load }),
    close: () => pool.end(),
  }
}

const build = async ({ statements, projects, members, accounts }: Plan): Promise<World> => {
  const database = await createTestDatabase()
  const owner = await database.connect('owner')
  for (const [sql, values] of statements) await owner.query(sql, [...values])
  const clock = manualClock(new Date())
  const access = accessTo(database)
  const principal = (name: string): Principal => {
    if (name === NOBODY) return ANONYMOUS
    const account = accounts.get(name)
    if (account !== undefined) return account.principal
    if (!members.has(name)) throw new Error(`The world of this test has no ${name}`)
    return { kind: 'user', subject: name, sessionId: undefined, authenticatedAt: undefined, assurance: 'single' }
  }
  const signedIn = (of: Principal, assurance: 'single' | 'multi'): Principal =>
    of.kind === 'user' && assurance === 'multi' ? { ...of, assurance, authenticatedAt: clock.now() } : of
  return {
    clock,
    ownerUrl: database.ownerUrl,
    open: (schema, options = {}) => database.open(schema, { clock, ...options }),
    urlOf: database.urlOf,
    scope: (project) => named(projects, project),
    projectId: (project) => selfId('prj', named(projects, project).projectId).text,
    principal,
    access: (member, factors = 'single') => access.open(signedIn(principal(member), factors)),
    userId: (member) => selfId('usr', named(members, member)).text,
    key: (account) => named(accounts, account).key,
    rows: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await owner.query<Row>(sql, [...values])).rows,
    end: async () => {
      await access.close()
      await database.drop()
    },
  }
}

const builder = (plan: Plan): WorldBuilder => ({
  organization: (name) => builder(withOrganization(plan, name)),
  project: (name) => builder(withProject(plan, name)),
  member: (name, role) => builder(withMember(plan, name, role)),
  serviceAccount: (name, capabilities) => builder(withServiceAccount(plan, name, capabilities)),
  build: () => build(plan),
})

/** `await world().organization('a').member('olga', 'owner').project('p').member('dev', 'developer').build()` */
export const world = (): WorldBuilder =>
  builder({
    statements: [],
    organization: undefined,
    project: undefined,
    projects: new Map(),
    members: new Map(),
    accounts: new Map(),
  })
