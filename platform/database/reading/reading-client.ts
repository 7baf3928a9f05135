import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Work } from '../current-work.ts'
import type { ScopedPool } from '../scoped-pool.ts'
import type { StatementNames } from '../statement-names.ts'
import { parameter } from './parameter.ts'
import type { Row } from './row-reader.ts'

/** Of statements without other statements in them: the same template has the same text each time. */
const texts = new WeakMap<readonly string[], string>()

const textOf = (template: readonly string[]): string => {
  const known = texts.get(template)
  if (known !== undefined) return known
  const text = template.reduce((before, part, index) => `${before}$${String(index)}${part}`)
  texts.set(template, text)
  return text
}

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

const statementOf = (query: TemplateStringsArray | Prisma.Sql, values: readonly unknown[]): Statement => {
  if (query instanceof Prisma.Sql) return query
  if (values.some((value) => value instanceof Prisma.Sql)) return new Prisma.Sql(query, values)
  return { text: textOf(query), values }
}

export interface ReadingDependencies {
  readonly prisma: PrismaClient
  readonly pool: Pick<ScopedPool, 'read'>
  readonly nameOf: StatementNames
  /** Runs what Prisma's client is asked so that it asks for this work. */
  readonly runFor: <T>(work: Work, ask: () => Promise<T>) => Promise<T>
}

type Method = (...args: unknown[]) => Promise<unknown>

/**
 * Prisma's client for work that only reads, made for each such work. Statements written in SQL go to the pool as they are,
 * under the scope of the work, and their rows come as the driver reads them: Prisma would translate both, and has nothing
 * to add (decision 30). All else is Prisma's, and finds its work by the asynchronous context, which costs a copy of that.
 */
export const readingClient = ({ prisma, pool, nameOf, runFor }: ReadingDependencies) => {
  class ReadingClient {
    readonly work: Work

    constructor(work: Work) {
      this.work = work
    }

    $queryRaw(query: TemplateStringsArray | Prisma.Sql, ...values: readonly unknown[]): Promise<readonly Row[]> {
      try {
        const statement = statementOf(query, values)
        const { text } = statement
        return pool.read(this.work, { name: nameOf({ sql: text }), text, values: statement.values.map(parameter) })
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  /** Its methods, asked for the work. Prisma's promises start when they are awaited: inside of it. */
  const forWork = (work: Work, asked: object): object =>
    new Proxy(asked, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => runFor(work, async () => await (method as Method).apply(target, args)) // of a client and a model all methods promise
      },
    })

  const others = new Proxy(prisma, {
    get: (target, name, { work }: ReadingClient) => {
      const asked: unknown = Reflect.get(forWork(work, target), name)
      return typeof asked === 'object' && asked !== null ? forWork(work, asked) : asked
    },
  })
  Object.setPrototypeOf(ReadingClient.prototype, others)

  // The methods of Prisma's, one of them by another way; that one promises the rows that its caller names, as Prisma's does.
  return (work: Work): PrismaClient => new ReadingClient(work) as unknown as PrismaClient
}
