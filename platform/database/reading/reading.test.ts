import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Prisma } from '../../../prisma/generated/client.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/testkit/database.ts'
import { PLATFORM_SCOPE } from '../../access/scope.ts'
import type { Database } from '../database.ts'
import { databaseName } from '../database-url.ts'

let testDatabase: TestDatabase
let database: Database

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.open('compute', { poolSize: 1 })
})
afterAll(() => testDatabase.drop())

/** The same statement by the unit that reads, and by Prisma's client in a transaction. */
const both = async (statement: Prisma.Sql): Promise<readonly [unknown, unknown]> => [
  await database.read(PLATFORM_SCOPE, (db) => db.$queryRaw(statement)),
  await database.write(PLATFORM_SCOPE, (db) => db.$queryRaw(statement)),
]

describe('what a unit reads in SQL is what Prisma reads', () => {
  test.each([
    'true',
    'false',
    '7::int2',
    '-2147483648',
    '9007199254740993::int8',
    '1.5::float8',
    '0.25::float4',
    `'a "text"'::text`,
    `'x'::varchar`,
    `'c'::char(3)`,
    `'name'::name`,
    `'019b8d67-0e60-7dcd-86d2-7b13d006bb12'::uuid`,
    `'{"a":[1,null,"ü"]}'::json`,
    `'[1]'::jsonb`,
    `'null'::jsonb`,
    `'\\x00ff10'::bytea`,
    `'2026-11-22 12:30:00.5+00'::timestamptz`,
    `'2026-11-22 12:30:00.123456+02'::timestamptz`,
    `'1969-12-31 23:59:59Z'::timestamptz`,
    `array['a', null, 'b "c"', 'NULL']::text[]`,
    `array[]::text[]`,
    `array['019b8d67-0e60-7dcd-86d2-7b13d006bb12']::uuid[]`,
    'array[1, null, 3]',
    'null::text',
    'null::timestamptz',
    'null::int8',
  ])('%s', async (expression) => {
    const [read, byPrisma] = await both(Prisma.sql`select ${Prisma.raw(expression)} as value, 1 as "anotherOne"`)
    expect(read).toEqual(byPrisma)
  })

  test.each<[string, unknown]>([
    ['text', `a 'quoted' "text" \\ ü`],
    ['uuid', '019b8d67-0e60-7dcd-86d2-7b13d006bb12'],
    ['int', 42],
    ['int8', 2n ** 60n],
    ['float8', 1.5],
    ['bool', false],
    ['text', null],
    ['timestamptz', new Date('2026-11-22T12:30:00.5Z')],
    ['text[]', ['a', 'b "c"', 'd\\e', 'NULL', '', '{,}']],
    ['uuid[]', []],
    ['uuid[]', ['019b8d67-0e60-7dcd-86d2-7b13d006bb12', '00000000-0000-0000-0000-000000000000']],
    ['int[]', [1, 2]],
    ['bytea', new Uint8Array([0, 255, 16])],
  ])('a parameter of %s: %p', async (type, value) => {
    const [read, byPrisma] = await both(Prisma.sql`select ${value}::${Prisma.raw(type)} as value`)
    expect(read).toEqual(byPrisma)
  })

  test.each(['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '+012026-11-22T12:30:00.000Z'])(
    'the instant %s, of any year',
    async (instant) => {
      const read = await database.read(
        PLATFORM_SCOPE,
        (db) => db.$queryRaw`select ${new Date(instant)}::timestamptz as at`,
      )
      expect(read).toEqual([{ at: new Date(instant) }])
    },
  )

  test('what was before the year 1 is refused, and said to be out of range', async () => {
    const at = (instant: string) =>
      database.read(PLATFORM_SCOPE, (db) => db.$queryRaw`select ${new Date(instant)}::timestamptz as at`)
    await expect(at('0000-12-03T00:00:00.000Z')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(at('-000043-03-15T12:00:00.000Z')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('what is not understood is refused, not guessed', async () => {
    const read = (statement: Prisma.Sql) => database.read(PLATFORM_SCOPE, (db) => db.$queryRaw(statement))
    await expect(read(Prisma.sql`select point(1, 2) as place`)).rejects.toThrow('place is of a type that is not read')
    await expect(read(Prisma.sql`select ${{ a: 1 }}::jsonb`)).rejects.toThrow('a value that is not sent')
    expect(await read(Prisma.sql`select 1 as one`)).toEqual([{ one: 1 }])
  })

  test('rows are read whatever the time zone of the server', async () => {
    const owner = await testDatabase.connect('owner')
    await owner.query(`alter database ${databaseName(testDatabase.ownerUrl)} set timezone to 'Asia/Kolkata'`)
    const elsewhere = testDatabase.open('compute', { poolSize: 1 })
    const instant = new Date('2026-11-22T12:30:00.000Z')
    const statement = Prisma.sql`select ${instant}::timestamptz as at, '2026-11-22T12:30:00Z'::timestamptz as same`
    const expected = [{ at: instant, same: instant }]
    expect(await elsewhere.read(PLATFORM_SCOPE, (db) => db.$queryRaw(statement))).toEqual(expected)
    expect(await elsewhere.write(PLATFORM_SCOPE, (db) => db.$queryRaw(statement))).toEqual(expected)
  })
})
