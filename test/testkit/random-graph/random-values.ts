import {
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isAbstractType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'
import type { Random } from './random.ts'

/** How often data is not what its type says. */
export interface Wrongness {
  readonly nulls: number
  readonly wrong: number
}

const TEXTS = ['', 'plain', 'with "quotes"', 'line\nbreak', 'Ünïcödé ✓', '\ud800 alone', '<&>', '\u2028']
const VALUES = {
  Int: [0, 1, -7, 2147483647],
  Float: [0, 1.5, -2.25, 1e21],
  String: TEXTS,
  Boolean: [true, false],
  ID: ['u1', 42, 'two words'],
  Anything: [{ free: ['form', { deep: null }] }, [1, 'two'], 'text', 7, false],
} as const satisfies Record<string, readonly unknown[]>

/** Of each leaf type values that are none of it. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  Int: [1.5, 'text', 2147483648, {}],
  Float: ['text', {}, []],
  String: [{}, ['text']],
  Boolean: ['true', {}],
  ID: [1.5, {}, true],
  Color: ['MAUVE', 1, {}],
}

export const randomLeaf = (random: Random, type: GraphQLNamedType, { wrong }: Wrongness): unknown => {
  const misfits = WRONG[type.name]
  if (misfits && random.chance(wrong)) return random.pick(misfits)
  if (isEnumType(type)) return random.pick(['RED', 'GREEN', 'BLUE'])
  return random.pick<unknown>(VALUES[type.name as keyof typeof VALUES]) // every other leaf of the random schemas
}

/** A value of a type; `object` makes those of composite types by the name of a concrete one. */
export const randomValue = (
  random: Random,
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  wrongness: Wrongness,
  object: (typename: string) => unknown,
): unknown => {
  if (isNonNullType(type)) {
    return random.chance(wrongness.nulls / 3)
      ? null
      : randomValue(random, schema, type.ofType, { ...wrongness, nulls: 0 }, object)
  }
  if (random.chance(wrongness.nulls)) return null
  if (isListType(type)) {
    if (random.chance(wrongness.wrong)) return 'no list'
    return Array.from({ length: random.int(4) }, () => randomValue(random, schema, type.ofType, wrongness, object))
  }
  if (isLeafType(type)) return randomLeaf(random, type, wrongness)
  const typename = isAbstractType(type) ? random.pick(schema.getPossibleTypes(type)).name : type.name
  return object(random.chance(wrongness.wrong / 2) && isAbstractType(type) ? 'Nothing' : typename)
}
