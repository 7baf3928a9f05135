import type { Scope } from '../../../platform/access/scope.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { Prisma } from '../../../prisma/generated/client.ts'

import { TARGET } from '../../stage/arrangement.ts'
import { userOf } from '../../../server/demo/tenants.ts'
import { BROADCAST } from '../../../subgraphs/notifications/channel/model.ts'

/**
 * What is taken from a repository: the conditions of its scope, those of the project alone within its organization, or that
 * its rows are written into the scope; they then go to the target's.
 */
export type Stripped = 'asks without its scope' | 'asks without its project' | 'writes into another scope'

const projectsOf = (scope: Scope): readonly string[] => {
  if (scope.kind === 'project') return [scope.projectId]
  return scope.kind === 'project-set' ? scope.projects.map(({ projectId }) => projectId) : []
}

const ownersOf = (scope: Scope): readonly string[] => {
  switch (scope.kind) {
    case 'project':
    case 'organization':
      return [scope.organizationId]
    case 'project-set':
      return scope.projects.map(({ organizationId }) => organizationId)
    case 'organization-set':
      return scope.organizations.map(({ organizationId }) => organizationId)
    case 'self':
      return [scope.userId, ...(scope.organizationIds ?? []), BROADCAST.id]
    case 'platform':
      return [BROADCAST.id]
  }
}

/** The values by which a scope narrows. */
const valuesOf = (scope: Scope, stripped: Stripped): ReadonlySet<string> =>
  new Set(stripped === 'asks without its project' ? projectsOf(scope) : [...projectsOf(scope), ...ownersOf(scope)])

const isOfScope = (value: unknown, values: ReadonlySet<string>): boolean => {
  if (typeof value === 'string') return values.has(value)
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isOfScope(item, values))
  if (typeof value !== 'object' || value === null) return false
  const [[name, held] = []] = Object.entries(value)
  return (name === 'in' || name === 'equals') && Object.keys(value).length === 1 && isOfScope(held, values)
}

const withoutScopeIn = (where: unknown, values: ReadonlySet<string>): unknown => {
  if (Array.isArray(where)) return where.map((item) => withoutScopeIn(item, values))
  if (typeof where !== 'object' || where === null || where instanceof Date) return where
  return Object.fromEntries(
    Object.entries(where)
      .filter(([, value]) => !isOfScope(value, values))
      .map(([name, value]) => [name, withoutScopeIn(value, values)]),
  )
}

/** Stands for a value in a statement's text. */
const HOLE = '␀'
/** `a.org_id = …`, `project_id = ANY (…)`, and `found.project_id = p.id` of a list of parents made from the scope, whatever it is called. */
const CONDITION = /(?:\w+\.)?(\w+) = (?:(?:ANY )?\(?␀(?:::uuid(?:\[\])?)?\)?|(?:p|o|wanted)\.\w+)/g

/** Conditions stay in the text, so that every parameter keeps its type, and decide nothing. */
const withoutConditions = (sql: Prisma.Sql, values: ReadonlySet<string>, stripped: Stripped): Prisma.Sql => {
  let next = 0
  const text = sql.strings.join(HOLE).replaceAll(CONDITION, (condition: string, column: string) => {
    const isOfParents =
      !condition.includes(HOLE) && (/(^|_)(project_id|org_id)$/.test(column) || condition.includes(' = wanted.'))
    const isMeant = stripped === 'asks without its scope' || !column.endsWith('org_id')
    const index = sql.strings.join(HOLE).indexOf(condition, next)
    const hole = sql.strings.join(HOLE).slice(0, index).split(HOLE).length - 1
    next = index + condition.length
    const isOwn = condition.includes(HOLE) ? isOfScope(sql.values[hole], values) : isOfParents && isMeant
    return isOwn ? `(${condition} OR true)` : condition
  })
  return Prisma.sql(text.split(HOLE), ...sql.values)
}

type Method = (...given: readonly unknown[]) => unknown

const isMethod = (value: unknown): value is Method => typeof value === 'function'

const isSql = (value: unknown): value is Prisma.Sql => value instanceof Prisma.Sql

/** What watches and changes the statements of one repository. */
export interface Watch {
  /** Undefined: the statement keeps its conditions. */
  readonly stripped: () => Stripped | undefined
  /** Told what each statement met: rows, or how many; of written rows, whose they are. */
  readonly met: (kind: 'asks' | 'writes', result: unknown) => void
}

/** A refusal of PostgreSQL is something that was met, too. */
const noting = async (result: unknown, { met }: Watch, does: 'asks' | 'writes' = 'asks'): Promise<unknown> => {
  try {
    const settled: unknown = await result
    met(does, settled)
    return settled
  } catch (fault) {
    met(does, fault instanceof Error && 'code' in fault ? fault.code : 'failed')
    throw fault
  }
}

const rawWithout =
  (ask: Method, scope: Scope, watch: Watch): Method =>
  (first, ...rest) => {
    const sql = isSql(first) ? first : Prisma.sql(first as string[], ...rest) // a template's strings
    const which = watch.stripped()
    return noting(ask(which === undefined ? sql : withoutConditions(sql, valuesOf(scope, which), which)), watch)
  }

const hasWhere = (args: unknown): args is { readonly where: unknown } =>
  typeof args === 'object' && args !== null && 'where' in args

const OWNERS = ['orgId', 'projectId', 'userId', 'channelId']

/** The rows of another scope: the target's. */
const moved = (row: object): object => {
  const { organization, project } = TARGET
  const user = userOf('owner@northwind.example').id
  const there: Readonly<Record<string, string>> = {
    ...{ orgId: organization.id, projectId: project.id, userId: user, channelId: user },
  }
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, there[name] ?? value]))
}

const isRows = (data: unknown): data is readonly object[] => Array.isArray(data)

/** A row that is a tenant itself is written into nobody's scope. */
const hasOwnedRows = (args: unknown): args is { readonly data: readonly object[] } =>
  typeof args === 'object' &&
  args !== null &&
  'data' in args &&
  isRows(args.data) &&
  args.data.some((row) => OWNERS.some((name) => Object.hasOwn(row, name)))

/** Writes, and looks whose the rows are that were written. */
const writing = async (
  model: object,
  create: Method,
  args: { readonly data: readonly object[] },
  watch: Watch,
): Promise<unknown> => {
  const isMoved = watch.stripped() === 'writes into another scope'
  const data = isMoved ? args.data.map(moved) : args.data
  const owners = data.map((row) => Object.entries(row).filter(([name]) => OWNERS.includes(name)))
  const written = (await noting(create.call(model, { ...args, data }), watch, 'writes')) as { readonly count: number } // of createMany
  watch.met('writes', written.count === 0 ? [] : owners)
  return written
}

const modelWithout = (model: object, scope: Scope, watch: Watch): object =>
  new Proxy(model, {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name)
      if (!isMethod(operation)) return operation
      return (args: unknown) => {
        if (name === 'createMany' && hasOwnedRows(args)) {
          return writing(target, operation, args, watch)
        }
        const which = watch.stripped()
        const asked =
          which !== undefined && hasWhere(args)
            ? { ...args, where: withoutScopeIn(args.where, valuesOf(scope, which)) }
            : args
        return noting(operation.call(target, asked), watch)
      }
    },
  })

/** A transaction whose statements are watched, and lose the conditions of their scope while they are told to. */
export const scopeless = (db: Transaction, scope: Scope, watch: Watch): Transaction =>
  new Proxy(db, {
    get: (target, name) => {
      const held: unknown = Reflect.get(target, name)
      if ((name === '$queryRaw' || name === '$executeRaw') && isMethod(held))
        return rawWithout(held.bind(target), scope, watch)
      if (isMethod(held)) return held.bind(target)
      return typeof held === 'object' && held !== null ? modelWithout(held, scope, watch) : held
    },
  })
