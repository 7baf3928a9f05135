import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemIds } from '../../../platform/ids/generator.ts'
import { ownedId, parseAnyId, type Uuid } from '../../../platform/ids/id.ts'
import { textAt } from '../../../test/testkit/hosted-subgraph.ts'
import { CREATE_ROUTE, DEPLOY } from '../testkit/running-apps.ts'
import { runningSecrets, type RunningSecrets } from '../testkit/running-secrets.ts'

let secrets: RunningSecrets
/** Two environments of one app, another app's of the project, one of a sibling project, and one of a stranger. */
let own: { readonly appId: string; readonly production: string; readonly staging: string }
let otherApp: string
let otherProject: string
let foreign: string
let secretId: string

const partsOf = (id: string) => {
  const parsed = parseAnyId(id)
  if (!parsed.ok) throw new Error(`${id} is no id`)
  return parsed.value
}

/** An id that claims to be of project `p`. */
const forgedFrom = (id: string): string => {
  const { prefix, local } = partsOf(id)
  return ownedId(prefix, secrets.world.scope('p').projectId, local).text
}

beforeAll(async () => {
  secrets = await runningSecrets()
  own = await secrets.environmentsOf('a-owner', 'p', 'own')
  otherApp = (await secrets.environmentsOf('a-owner', 'p', 'other')).production
  otherProject = (await secrets.environmentsOf('a-owner', 'q', 'elsewhere')).production
  foreign = (await secrets.environmentsOf('b-owner', 'r', 'foreign')).production
  const input = { name: 'TOKEN', value: 'of production alone' }
  secretId = textAt(await secrets.put('a-owner', { environmentId: own.production, ...input }), 'putSecret.secret.id')
})

afterAll(() => secrets.world.end())

const missing = () => ownedId('env', secrets.world.scope('p').projectId, systemIds.next()).text
const missingSecret = () => ownedId('sec', secrets.world.scope('p').projectId, systemIds.next()).text

describe('the secrets of an environment, asked for by the id of another', () => {
  test('R14: are as little there as those that never were, by id, by name, and to be deleted', async () => {
    const nowhere = await secrets.reveal('a-owner', { environmentId: own.production, name: 'NEVER' })
    expect(nowhere).toMatchObject({
      data: { revealSecret: { secret: null, value: null, userErrors: [{ code: 'SECRET_NOT_FOUND' }] } },
      errors: [],
    })
    const siblings = [own.staging, otherApp, missing(), forgedFrom(otherProject), forgedFrom(foreign)]
    for (const environmentId of siblings) {
      for (const named of [{ secretId }, { name: 'TOKEN' }, { secretId: missingSecret() }, { name: 'NEVER' }]) {
        expect(await secrets.reveal('a-owner', { environmentId, ...named })).toEqual(nowhere)
      }
    }
    const undeleted = await secrets.remove('a-owner', { environmentId: own.production, name: 'NEVER' })
    expect(undeleted.data).toMatchObject({ deleteSecret: { userErrors: [{ code: 'SECRET_NOT_FOUND' }] } })
    for (const environmentId of siblings) {
      for (const named of [{ secretId }, { name: 'TOKEN' }]) {
        expect(await secrets.remove('a-owner', { environmentId, ...named })).toEqual(undeleted)
      }
    }
    expect((await secrets.reveal('a-owner', { environmentId: own.production, secretId })).data).toMatchObject({
      revealSecret: { value: 'of production alone' },
    })
  })

  test('R14: are not those of the same name there, and an id of another project names nothing', async () => {
    await secrets.put('a-owner', { environmentId: own.staging, name: 'TOKEN', value: 'of staging' })
    expect((await secrets.reveal('a-owner', { environmentId: own.staging, name: 'TOKEN' })).data).toMatchObject({
      revealSecret: { secret: { version: 1 }, value: 'of staging' },
    })
    const theirs = await secrets.put('a-owner', { environmentId: otherProject, name: 'TOKEN', value: 'theirs' })
    const id = textAt(theirs, 'putSecret.secret.id')
    for (const named of [id, forgedFrom(id)]) {
      expect((await secrets.reveal('a-owner', { environmentId: own.production, secretId: named })).data).toMatchObject({
        revealSecret: { value: null, userErrors: [{ code: 'SECRET_NOT_FOUND' }] },
      })
    }
  })

  test('R14: are in no list of it, and a cursor of one list is none of the other', async () => {
    const listed = await secrets.list('a-owner', own.production, { first: 1 })
    expect(listed.data).toMatchObject({ environment: { secrets: { edges: [{ node: { id: secretId } }] } } })
    const after = textAt(listed, 'environment.secrets.pageInfo.endCursor')
    expect((await secrets.list('a-owner', own.staging, { after })).errors).toEqual([
      { path: 'environment.secrets', code: 'INVALID_CURSOR' },
    ])
    expect(JSON.stringify(await secrets.list('a-owner', otherApp))).not.toContain('TOKEN')
  })
})

const READ = `query ($environment: ID!, $route: ID!, $release: ID!) {
  environment(id: $environment) { id } route(id: $route) { id } release(id: $release) { id }
}`

const ROUTES = `query ($id: ID!) { environment(id: $id) { routes(first: 10) { edges { node { id } } } } }`

describe('environments, routes and releases', () => {
  test('R14: are found under an id that another project forged as little as those that never were', async () => {
    const binding = { hostname: 'r14.example', endpoint: 'http:8080', authMode: 'OIDC', routeFamily: 'API_APP' }
    const bound = await secrets.ask('a-owner', CREATE_ROUTE, { input: { environmentId: otherProject, ...binding } })
    const elsewhere = await secrets.createApp('a-owner', 'q', 'released')
    const ids = {
      environment: otherProject,
      route: textAt(bound, 'createRoute.route.id'),
      release: await secrets.createRelease('a-owner', elsewhere.appId),
    }
    const scope = secrets.world.scope('p').projectId
    const never = await secrets.ask('a-owner', READ, {
      environment: missing(),
      route: ownedId('rte', scope, systemIds.next()).text,
      release: ownedId('rel', scope, systemIds.next()).text,
    })
    expect(never).toEqual({ data: { environment: null, route: null, release: null }, errors: [] })
    const forged = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, forgedFrom(id)]))
    expect(await secrets.ask('a-owner', READ, forged)).toEqual(never)
    expect((await secrets.ask('a-owner', READ, ids)).data).toEqual({
      environment: { id: ids.environment },
      route: { id: ids.route },
      release: { id: ids.release },
    })
  })

  test('R14: a route is one environment’s, and a release runs in none of another app', async () => {
    const binding = { hostname: 'own.r14.example', endpoint: 'http:8080', authMode: 'OIDC', routeFamily: 'API_APP' }
    const bound = await secrets.ask('a-owner', CREATE_ROUTE, { input: { environmentId: own.production, ...binding } })
    const routeId = textAt(bound, 'createRoute.route.id')
    expect(JSON.stringify(await secrets.ask('a-owner', ROUTES, { id: own.production }))).toContain(routeId)
    for (const id of [own.staging, otherApp]) {
      expect((await secrets.ask('a-owner', ROUTES, { id })).data).toEqual({ environment: { routes: { edges: [] } } })
    }
    const releaseId = await secrets.createRelease('a-owner', own.appId)
    const refused = await secrets.ask('a-owner', DEPLOY, { input: { environmentId: otherApp, releaseId } })
    expect(refused.data).toMatchObject({ deployRelease: { environment: null } })
  })
})

describe('the tables themselves', () => {
  interface Place {
    readonly project: 'p' | 'q'
    readonly environment: Uuid
  }

  const insertSecret = ({ project, environment }: Place) => {
    const { organizationId, projectId } = secrets.world.scope(project)
    return secrets.world.rows(
      `insert into app_platform.secrets (org_id, project_id, environment_id, id, name, current_version, created_at, updated_at)
       values ($1, $2, $3, $4, 'PLANTED', 1, now(), now())`,
      [organizationId, projectId, environment, systemIds.next()],
    )
  }

  const insertVersion = ({ project, environment }: Place) => {
    const { organizationId, projectId } = secrets.world.scope(project)
    return secrets.world.rows(
      `insert into app_platform.secret_versions
         (org_id, project_id, environment_id, secret_id, version, key_id, wrapped_key, ciphertext, created_at)
       select $1, $2, $3, secret_id, 9, key_id, wrapped_key, ciphertext, created_at
       from app_platform.secret_versions where secret_id = $4 limit 1`,
      [organizationId, projectId, environment, partsOf(secretId).local],
    )
  }

  test('R14: keep no secret under an environment of another project', async () => {
    await expect(insertSecret({ project: 'p', environment: partsOf(otherProject).local })).rejects.toThrow(
      'secrets_org_id_project_id_environment_id_fkey',
    )
  })

  test('R14: keep no version of a secret under another environment than its own', async () => {
    const key = 'secret_versions_org_id_project_id_environment_id_secret_id_fkey'
    for (const environment of [own.staging, otherApp].map((id) => partsOf(id).local)) {
      await expect(insertVersion({ project: 'p', environment })).rejects.toThrow(key)
    }
    await expect(insertVersion({ project: 'q', environment: partsOf(own.production).local })).rejects.toThrow(key)
  })

  test('R56: a version is never changed, and a ciphertext that stands elsewhere does not open', async () => {
    await expect(
      secrets.world.rows(`update app_platform.secret_versions set key_id = '0000000000000000'`),
    ).rejects.toThrow('append-only')
    // Two versions, so that what is moved is as old there as here: nothing but its place is another.
    await secrets.put('a-owner', { environmentId: own.production, name: 'TOKEN', value: 'of production alone' })
    const put = await secrets.put('a-owner', { environmentId: otherApp, name: 'MOVED', value: 'was here' })
    const moved = partsOf(textAt(put, 'putSecret.secret.id')).local
    // Above every policy and trigger: as who has the database and not the key.
    await secrets.world.rows(
      `with moving as (select key_id, wrapped_key, ciphertext from app_platform.secret_versions
         where secret_id = $1 and version = 2),
       next as (update app_platform.secrets set current_version = 2 where id = $2 returning *)
       insert into app_platform.secret_versions
         (org_id, project_id, environment_id, secret_id, version, key_id, wrapped_key, ciphertext, created_at)
       select next.org_id, next.project_id, next.environment_id, next.id, 2, key_id, wrapped_key, ciphertext, now()
       from next, moving`,
      [partsOf(secretId).local, moved],
    )
    const answer = await secrets.reveal('a-owner', { environmentId: otherApp, name: 'MOVED' })
    expect(answer.data).toEqual({ revealSecret: null })
    expect(answer.errors).toHaveLength(1)
    expect(JSON.stringify(answer)).not.toContain('of production alone')
  })

  test('R90: the role of the subgraph renames no secret and moves none, and ends no version of one that stays', async () => {
    const database = secrets.world.open('app_platform')
    for (const statement of [
      `update app_platform.secrets set name = 'OTHER'`,
      `update app_platform.secrets set environment_id = id`,
      `update app_platform.secret_versions set version = version + 1`,
      `delete from app_platform.secret_versions`,
    ]) {
      await expect(database.write(secrets.world.scope('p'), (db) => db.$executeRawUnsafe(statement))).rejects.toThrow(
        /permission denied/,
      )
    }
  })
})
