import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
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

/**
 * Prisma's client for work that only reads. Statements written in SQL go to the pool as they are, and their rows come as
 * the driver reads them: Prisma would translate both, and has nothing to add (decision 30). All else is Prisma's.
 */
export const readingClient = (
  prisma: PrismaClient,
  pool: Pick<ScopedPool, 'read'>,
  nameOf: StatementNames,
): PrismaClient => {
  const $queryRaw = async (
    query: TemplateStringsArray | Prisma.Sql,
    ...values: readonly unknown[]
  ): Promise<readonly Row[]> => {
    const statement = statementOf(query, values)
    const { text } = statement
    return pool.read({ name: nameOf({ sql: text }), text, values: statement.values.map(parameter) })
  }
  // The same client, but for one method, which promises the rows that its caller names, as Prisma's does.
  return Object.create(prisma, {
    $queryRaw: { value: $queryRaw, configurable: true, writable: true, enumerable: true },
  }) as PrismaClient
}
