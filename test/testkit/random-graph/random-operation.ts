import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  parse,
  validate,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql'
import type { Random } from './random.ts'

export interface RandomOperation {
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** One of them has the name of the variable in which fetches of entities are told of which. */
const VARIABLES = { yes: 'Boolean!', no: 'Boolean = false', representations: 'Int', in: 'Input' }
const ALIASES = ['__proto__', 'constructor', 'toString', '__typename', 'a__alias_0', 'a', 'b', 'c', 'd']
const TRIES = 20

/** A valid operation: aliases, fragments inline and named, conditions, merged fields, variables with defaults. */
export const randomOperation = (random: Random, schema: GraphQLSchema, kind: 'query' | 'mutation'): RandomOperation => {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType()
  if (!root) throw new Error(`The schema has no ${kind}`)
  const variables = {
    yes: random.chance(0.5),
    ...(random.chance(0.5) && { no: random.chance(0.5) }),
    ...(random.chance(0.5) && { representations: random.int(9) }),
    ...(random.chance(0.5) && { in: { b: ['x'] } }),
  }
  for (let tries = 0; tries < TRIES; tries++) {
    const writer = new SelectionWriter(random, schema)
    const body = `${writer.selections(root, 4)}\n${writer.fragments.join('\n')}`
    const document = parse(`${kind} Q${definitionsFor(body)} ${body}`)
    if (validate(schema, document).length === 0) return { document, variables }
  }
  return { document: parse(`${kind} { __typename }`), variables: {} }
}

/** Of the variables that are used: an operation without conditions has none. */
const definitionsFor = (body: string): string => {
  const used = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(body))
  return used.length === 0 ? '' : `(${used.map(([name, type]) => `$${name}: ${type}`).join(', ')})`
}

class SelectionWriter {
  readonly fragments: string[] = []
  readonly #random: Random
  readonly #schema: GraphQLSchema

  constructor(random: Random, schema: GraphQLSchema) {
    this.#random = random
    this.#schema = schema
  }

  selections(type: GraphQLCompositeType, depth: number): string {
    const parts = Array.from({ length: 1 + this.#random.int(5) }, () => this.#selection(type, depth))
    return `{ ${parts.join(' ')} }`
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    if (this.#random.chance(0.12)) return this.#random.chance(0.3) ? 'kind: __typename' : '__typename'
    if (depth > 0 && (isAbstractType(type) ? this.#random.chance(0.5) : this.#random.chance(0.15)))
      return this.#fragment(type, depth - 1)
    const fields = 'getFields' in type ? Object.values(type.getFields()) : []
    return fields.length === 0 ? '__typename' : this.#field(this.#random.pick(fields), depth)
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const named = getNamedType(field.type)
    if (isCompositeType(named) && depth === 0) return '__typename'
    const alias = this.#random.chance(0.25) ? `${this.#random.pick(ALIASES)}: ` : ''
    const below = isCompositeType(named) ? ` ${this.selections(named, depth - 1)}` : ''
    return `${alias}${field.name}${this.#arguments(field)}${this.#condition()}${below}`
  }

  #arguments(field: GraphQLField<unknown, unknown>): string {
    const texts = field.args.flatMap(({ name }) => {
      if (this.#random.chance(0.5)) return []
      if (name === 'n') return [this.#random.pick(['n: 5', 'n: $representations', 'n: null'])]
      if (name === 's') return ['s: "text"']
      if (name === 'in') return [this.#random.pick(['in: { a: 1 }', 'in: $in', 'in: { b: ["p", null] }'])]
      return name === 'c' ? ['c: GREEN'] : ['l: [4]']
    })
    return texts.length === 0 ? '' : `(${texts.join(', ')})`
  }

  #condition(): string {
    if (this.#random.chance(0.85)) return ''
    return this.#random.pick([
      ' @skip(if: $no)',
      ' @include(if: $yes)',
      ' @include(if: $yes) @skip(if: $no)',
      ' @skip(if: true)',
    ])
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type]
    const on = this.#random.pick([...possible, type])
    const below = this.selections(on, depth)
    if (this.#random.chance(0.6) || !isObjectType(on)) return `... on ${on.name}${this.#condition()} ${below}`
    const name = `F${this.fragments.length}`
    this.fragments.push(`fragment ${name} on ${on.name} ${below}`)
    return `...${name}${this.#condition()}`
  }
}
