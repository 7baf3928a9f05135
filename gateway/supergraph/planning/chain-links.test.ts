import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { chainLinks } from './chain-links.ts'
import { typesIn } from './join-directives.ts'
import { membersIn } from './subgraph-part.ts'

const linksOf = (sdl: string) => {
  const { definitions } = parse(sdl)
  const types = typesIn(definitions)
  return chainLinks(types, membersIn(definitions, types)).map(
    ({ type, field, graph, depth }) => `${graph} ${type}.${field} ${String(depth)}`,
  )
}

const DEPTH = 12
const OBJECTS = 30

/** Each field of the interface requires the next one, of another subgraph that knows the interface as one object. */
const longChain = (): string => {
  const steps = Array.from({ length: DEPTH }, (_, step) => {
    const graph = step % 2 === 0 ? 'A' : 'B'
    const other = step % 2 === 0 ? 'B' : 'A'
    const next = String(step + 1)
    const required = step + 1 === DEPTH ? '' : ` @join__field(graph: ${other}, external: true)`
    return `f${String(step)}: Int @join__field(graph: ${graph}, requires: "f${next}")${required}`
  })
  const objects = Array.from({ length: OBJECTS }, (_, index) => `type T${String(index)} implements I { id: ID! }`)
  return `
    interface I @join__type(graph: A, key: "id", isInterfaceObject: true) @join__type(graph: B, key: "id", isInterfaceObject: true) {
      id: ID! ${steps.join(' ')} f${String(DEPTH)}: Int @join__field(graph: C)
    }
    ${objects.join('\n')}`
}

test('a long chain through an interface of many objects is walked once, and not once for each way through these', () => {
  expect(linksOf(longChain())).toEqual(
    Array.from(
      { length: DEPTH },
      (_, step) => `${step % 2 === 0 ? 'A' : 'B'} I.f${String(step)} ${String(DEPTH - step)}`,
    ),
  )
})

test('of several ways the longest counts, whichever is looked at first', () => {
  const type = (fields: string): string => `type T @join__type(graph: A, key: "id") { id: ID! ${fields} }`
  const [top, middle, low] = [
    'top: Int @join__field(graph: A, requires: "low middle")',
    'middle: Int @join__field(graph: B, requires: "low")',
    'low: Int @join__field(graph: C, requires: "plain")',
  ]
  const end = 'end: Int @join__field(graph: A, requires: "top") plain: Int @join__field(graph: D)'
  const links = ['A T.top 3', 'B T.middle 2', 'C T.low 1', 'A T.end 4']
  expect(linksOf(type(`${top} ${middle} ${low} ${end}`))).toEqual(links)
  expect(linksOf(type(`${end} ${low} ${middle} ${top}`))).toEqual(links.toReversed())
})

test('an end that is a leaf is one of them; one that leads to objects, or is of a type without links, is not', () => {
  const links = linksOf(`
    type T @join__type(graph: A, key: "id") {
      id: ID! plain: Int @join__field(graph: B)
      link: Int @join__field(graph: A, requires: "plain")
      leaf: Int @join__field(graph: B, requires: "link")
      other: Int @join__field(graph: C, requires: "plain")
      leads: T @join__field(graph: C, requires: "link")
    }
    type U @join__type(graph: A, key: "id") {
      id: ID! plain: Int @join__field(graph: B) single: Int @join__field(graph: A, requires: "plain")
    }`)
  expect(links).toEqual(['A T.link 1', 'B T.leaf 2', 'C T.other 1'])
})

test('a circle ends where it began, also where another way leads into it or out of it', () => {
  const links = linksOf(`
    type T @join__type(graph: A, key: "id") {
      id: ID! of: T
      one: Int @join__field(graph: A, requires: "of { two }")
      two: Int @join__field(graph: B, requires: "of { one leaf }")
      self: Int @join__field(graph: A, requires: "of { self }")
      leaf: Int @join__field(graph: C, requires: "plain")
      above: Int @join__field(graph: B, requires: "one")
      end: Int @join__field(graph: C, requires: "above")
      plain: Int @join__field(graph: D)
    }`)
  expect(links).toEqual(['A T.one 3', 'B T.two 2', 'A T.self 1', 'C T.leaf 1', 'B T.above 4', 'C T.end 5'])
})

test('every way through many circles of a type is not walked either', () => {
  const fields = Array.from({ length: 24 }, (_, index) => `f${String(index)}`)
  const all = fields.map((field) => `${field}: Int @join__field(graph: A, requires: "of { ${fields.join(' ')} }")`)
  const links = linksOf(`type T @join__type(graph: A, key: "id") { id: ID! of: T ${all.join(' ')} }`)
  expect(links).toHaveLength(fields.length)
})
