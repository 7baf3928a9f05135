import type { Random } from './random.ts'

const LEAVES = ['Int', 'Float', 'String', 'Boolean', 'ID', 'Color', 'Anything']

/** The SDL of a schema with objects, an interface, a union, an enum, a custom scalar, and every wrapping of them. */
export const randomSdl = (random: Random): string => {
  const objects = Array.from({ length: 2 + random.int(3) }, (_, index) => `T${index}`)
  const named = [...LEAVES, ...LEAVES, ...objects, ...objects, 'Node', 'Either']
  const wrapped = (name: string): string => {
    const inner = random.chance(0.3) ? `${name}!` : name
    const once = random.chance(0.35) ? `[${inner}]${random.chance(0.3) ? '!' : ''}` : inner
    return random.chance(0.08) && once.startsWith('[') ? `[${once}]` : once
  }
  const args = (): string =>
    random.pick(['', '', '', '(n: Int = 3)', '(s: String, in: Input)', '(c: Color = RED, l: [Int!] = [1, 2])'])
  const fields = (prefix: string): string =>
    Array.from(
      { length: 3 + random.int(4) },
      (_, index) => `${prefix}${index}${args()}: ${wrapped(random.pick(named))}`,
    ).join('\n  ')
  const node = `id: ID!\n  label: ${wrapped(random.pick(LEAVES))}\n  next: ${wrapped('Node')}`
  const members = objects.filter((_, index) => index < 2 || random.chance(0.5))
  return [
    'scalar Anything',
    'enum Color { RED GREEN BLUE }',
    'input Input { a: Int = 7, b: [String] }',
    `interface Node {\n  ${node}\n}`,
    `union Either = ${members.join(' | ')}`,
    `type Query {\n  ${fields('q')}\n}`,
    `type Mutation {\n  ${fields('m')}\n}`,
    ...objects.map((name) => `type ${name} implements Node {\n  ${node}\n  ${fields(`${name.toLowerCase()}f`)}\n}`),
  ].join('\n')
}
