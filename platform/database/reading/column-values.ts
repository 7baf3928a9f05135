import { types } from 'pg'

/** How the text of a value is read; undefined where the text is the value. */
export type ReadValue = ((text: string) => unknown) | undefined

/** As `2026-11-22 12:30:00.5+00`: what PostgreSQL writes to sessions whose time zone is UTC, as those of pools are. */
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/
const anyInstant = types.getTypeParser(types.builtins.TIMESTAMPTZ) as (text: string) => unknown // of text, by its default

const instant = (text: string): unknown =>
  INSTANT.test(text) ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`) : anyInstant(text)

const bytes = types.getTypeParser(types.builtins.BYTEA) as (text: string) => Buffer // as above
const list = types.getTypeParser(1009 as never) as (text: string) => unknown // of texts, which the types leave out
const numbers = types.getTypeParser(1007 as never) as (text: string) => unknown // of integers, as above

/** The types that statements may ask for, by their object ids (pg_type.dat): as Prisma's client reads the same. */
const READERS: ReadonlyMap<number, ReadValue> = new Map<number, ReadValue>([
  [16, (text) => text === 't'],
  [17, (text) => new Uint8Array(bytes(text))],
  [20, BigInt],
  ...[21, 23, 700, 701].map((number) => [number, Number] as const),
  ...[19, 25, 1042, 1043, 2950].map((text) => [text, undefined] as const), // name, text, char, varchar, uuid
  ...[114, 3802].map((json) => [json, JSON.parse as ReadValue] as const),
  [1184, instant],
  ...[1009, 1015, 2951].map((texts) => [texts, list] as const),
  ...[1005, 1007].map((integers) => [integers, numbers] as const),
])

/** Throws for a type that no statement has asked for so far: it gets a reader here, or a cast in the statement. */
export const readerOf = (type: number, column: string): ReadValue => {
  if (!READERS.has(type)) {
    throw new Error(`The column ${column} is of a type that is not read (${String(type)}): cast it`)
  }
  return READERS.get(type)
}
