import { AsyncLocalStorage } from 'node:async_hooks'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { scopeless, type Stripped, type Watch } from './scopeless.ts'
import type { Scope } from '../../../platform/access/scope.ts'
import type { Database, DomainSchema, Transaction } from '../../../platform/database/database.ts'
import type { SubgraphModule } from '../../../platform/subgraph/module.ts'

/** The product's subgraphs, with repositories that can lose their scope one at a time, and writes that are undone. */
export interface Laboratory {
  readonly modules: readonly SubgraphModule[]
  /** Every repository that is made with a scope. */
  readonly repositories: readonly string[]
  /** The methods by which each of them counts lists. */
  readonly counting: ReadonlyMap<string, readonly string[]>
  /** From now on this one asks without its scope; undefined: all keep theirs. */
  readonly strip: (mutant: StrippedRepository | undefined) => void
  /** Since this was called last: what the statements of each repository met, and under which kinds of scope. */
  readonly takeMet: () => ReadonlyMap<string, Met>
  /** The door of a subgraph that runs, for what no operation does: writes are undone here, too. */
  readonly databaseOf: (schema: DomainSchema) => Database
  /** Gives the classes back as they were. */
  readonly close: () => void
}

export interface StrippedRepository {
  readonly repository: string
  readonly stripped: Stripped
  /** The one method that is changed; all of them where it is left out. */
  readonly method?: string
}

export interface Met {
  readonly kinds: Set<Scope['kind']>
  readonly does: Set<'asks' | 'writes'>
  /** One line each. */
  readonly results: string[]
}

const ROOT = join(import.meta.dirname, '../../..')

/** A class, as far as it is looked at here. */
type Named = { readonly name: string; readonly prototype: object; readonly length: number }

const isClass = (value: unknown): value is Named =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))

/** Repositories that are made with a scope: their constructor takes one. */
const scopedRepositories = async (): Promise<readonly Named[]> => {
  const files = globSync('subgraphs/*/*/*repository.ts', { cwd: ROOT }).toSorted()
  const modules = await Promise.all(files.map((file): Promise<object> => import(join(ROOT, file))))
  return modules.flatMap((module) => Object.values(module).filter(isClass)).filter(({ length }) => length > 1)
}

class Undone extends Error {
  readonly result: unknown

  constructor(result: unknown) {
    super('undone')
    this.result = result
  }
}

type Wrap = (db: Transaction, scope: Scope) => Transaction

/** Every write answers as it would, and is rolled back: what one attack changed, the next does not meet. */
const undoing = (database: Database, wrap: Wrap): Database => ({
  ...database,
  read: (scope, work) => database.read(scope, (db) => work(wrap(db, scope))),
  write: async (scope, work) => {
    const written = database.write(scope, async (db) => {
      throw new Undone(await work(wrap(db, scope)))
    })
    return written.catch((fault: unknown) => {
      if (fault instanceof Undone) return fault.result as never // what `work` gave
      throw fault
    })
  },
})

const lineOf = (result: unknown): string =>
  JSON.stringify(result, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)) // no maps: rows

/** Which method of which repository runs. */
interface Running {
  readonly repository: string
  readonly method: string
}

const counts = (method: string): boolean => method.startsWith('total')

/** Runs every method of a class under its name, and gives back how to undo that. */
const naming = (current: AsyncLocalStorage<Running>, { name, prototype }: Named): (() => void) => {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype))
  for (const [key, descriptor] of descriptors) {
    const method: unknown = descriptor.value
    if (key === 'constructor' || typeof method !== 'function') continue
    Object.defineProperty(prototype, key, {
      ...descriptor,
      value: function (this: unknown, ...args: unknown[]): unknown {
        return current.run({ repository: name, method: key }, (): unknown => Reflect.apply(method, this, args))
      },
    })
  }
  return () => {
    for (const [key, descriptor] of descriptors) Object.defineProperty(prototype, key, descriptor)
  }
}

export const openLaboratory = async (modules: readonly SubgraphModule[]): Promise<Laboratory> => {
  const current = new AsyncLocalStorage<Running>()
  const databases = new Map<DomainSchema, Database>()
  let met = new Map<string, Met>()
  let mutant: StrippedRepository | undefined

  const classes = await scopedRepositories()
  const restore = classes.map((of) => naming(current, of))
  const watch = (kind: Scope['kind']): Watch => ({
    stripped: () => {
      const running = current.getStore()
      if (mutant === undefined || running?.repository !== mutant.repository) return undefined
      return mutant.method === undefined || mutant.method === running.method ? mutant.stripped : undefined
    },
    met: (does, result) => {
      const repository = current.getStore()?.repository
      if (repository === undefined) return
      const of = met.get(repository) ?? { kinds: new Set(), does: new Set(), results: [] }
      met.set(repository, of)
      of.kinds.add(kind)
      of.does.add(does)
      of.results.push(lineOf(result))
    },
  })
  const wrap: Wrap = (db, scope) => scopeless(db, scope, watch(scope.kind))
  return {
    modules: modules.map((module) => ({
      ...module,
      start: (platform) => {
        const database = undoing(platform.database, wrap)
        databases.set(database.schema, database)
        return module.start({ ...platform, database })
      },
    })),
    repositories: classes.map(({ name }) => name),
    counting: new Map(
      classes.map(({ name, prototype }) => [name, Object.getOwnPropertyNames(prototype).filter(counts)]),
    ),
    strip: (next) => {
      mutant = next
    },
    takeMet: () => {
      const taken = met
      met = new Map()
      return taken
    },
    databaseOf: (schema) => {
      const database = databases.get(schema)
      if (database === undefined) throw new Error(`No subgraph of ${schema} runs`)
      return database
    },
    close: () => {
      for (const undo of restore) undo()
    },
  }
}
