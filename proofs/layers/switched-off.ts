import { Kind, parse, print, visit } from 'graphql'
import type { Client } from 'pg'
import { familyOf } from '../model/directives.ts'
import { TARGET } from '../stage/arrangement.ts'
import { CAPABILITIES } from '../../directives/capabilities.ts'
import { createAccess, type Access } from '../../platform/access/access.ts'
import type { Grants } from '../../platform/access/grants.ts'
import type { Principal } from '../../platform/access/principal.ts'
import { organizationScope, projectScope, selfScope, type Scope } from '../../platform/access/scope.ts'
import { scopeCarryingIds } from '../../platform/access/scope-ids.ts'
import type { Database } from '../../platform/database/database.ts'
import { ok } from '../../platform/result/result.ts'
import { aurora, telescope, userOf } from '../../server/demo/tenants.ts'

/** Who asks for what is not theirs: an owner, with everything in an organization of their own. */
export const INTRUDER = userOf('owner@aurora.example')
const VICTIM = userOf('owner@northwind.example')

/** Without L1: the same graph, and not a word of the family in it. To the gateway it is plain federation. */
export const withoutFamily = (sdl: string): string => {
  const document = parse(sdl)
  const names = familyOf(document) ?? new Map<string, string>()
  return print(
    visit(document, {
      Directive: (node) => {
        const url = node.arguments?.find(({ name }) => name.value === 'url')?.value
        const links = url?.kind === Kind.STRING && url.value.startsWith('https://specs.gpuaas.dev/scope')
        return names.has(node.name.value) || links ? null : undefined
      },
      DirectiveDefinition: (node) => (names.has(node.name.value) ? null : undefined),
    }),
  )
}

const EVERYTHING: ReadonlySet<string> = new Set(Object.keys(CAPABILITIES))

/** As if every check had come out well: the caller holds everything where the id says that the thing lives. */
const grantsOfTheVictim: Grants = {
  userId: VICTIM.id,
  disabled: false,
  platform: EVERYTHING,
  organizations: new Map([[TARGET.organization.id, { suspended: false, capabilities: EVERYTHING }]]),
  projects: new Map(
    [TARGET.project, TARGET.neighbour].map(({ id, organization }) => [
      id,
      { organizationId: organization.id, suspended: false, capabilities: EVERYTHING },
    ]),
  ),
}

/**
 * Without L2 the subgraph lets every call pass. With L3 the repository is still built for the caller's own project,
 * whatever id was sent; without L3 for the one that the id names.
 */
export const accessWithoutL2 = (principal: Principal, own: Grants, repository: 'confined' | 'not confined'): Access => {
  if (repository === 'not confined') {
    return createAccess({ principal, grants: grantsOfTheVictim, reload: () => Promise.resolve(grantsOfTheVictim) })
  }
  const ids = {
    ...scopeCarryingIds,
    project: () => ok(telescope.id),
    organization: () => ok(aurora.id),
    user: () => ok(INTRUDER.id),
  }
  return createAccess({ principal, grants: own, reload: () => Promise.resolve(own), ids })
}

const ownScope = (scope: Scope): Scope => {
  switch (scope.kind) {
    case 'project':
      return projectScope(aurora.id, telescope.id)
    case 'project-set':
      return { kind: 'project-set', projects: [projectScope(aurora.id, telescope.id)] }
    case 'organization':
      return organizationScope(aurora.id)
    case 'organization-set':
      return { kind: 'organization-set', organizations: [organizationScope(aurora.id)] }
    case 'self':
      return selfScope(INTRUDER.id)
    case 'platform':
      return scope
  }
}

/** Without L3: repositories ask for whatever they were told, on a connection that is the caller's own. */
export const withoutL3 = (database: Database): Database => ({
  ...database,
  read: (scope, work) => database.read(ownScope(scope), work),
  write: (scope, work) => database.write(ownScope(scope), work),
})

const DOMAINS = `('iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications')`

/** Without L4: no policy is applied and no key refers to another table. Of a database that is thrown away. */
export const withoutL4 = async (owner: Client): Promise<void> => {
  const { rows } = await owner.query<{ statement: string }>(`
    select format('alter table %s disable row level security', c.oid::regclass) as statement
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relrowsecurity and n.nspname in ${DOMAINS}
    union all
    select format('alter table %s drop constraint %I', f.conrelid::regclass, f.conname)
    from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
    where f.contype = 'f' and f.conparentid = 0 and n.nspname in ${DOMAINS}`)
  for (const { statement } of rows) await owner.query(statement)
}
