import type { Random } from '../../testkit/random-graph/random.ts'
import type { Arguments, Thing, View } from '../stage/universe.ts'

/** A field of every item, computed from others of other subgraphs. */
interface ItemLink {
  readonly name: string
  readonly owner: string
  readonly takesNumber: boolean
  readonly requires: readonly { readonly name: string; readonly n?: number }[]
}

/** An interface whose objects some subgraphs know, and others as one object; chains of requirements lead through all of them. */
export interface RandomItems {
  /** What a subgraph has of them, and of the root. */
  readonly sdl: (subgraph: string) => { readonly types: string; readonly roots: string }
  readonly entities: readonly Thing[]
  readonly roots: Thing
}

const KINDS = ['S0', 'S1'] as const
const LINKS = 6

export const randomItems = (random: Random, subgraphs: readonly string[]): RandomItems => {
  const [home = '', ...others] = subgraphs.toSorted(() => (random.chance(0.5) ? 1 : -1))
  // One knows the interface, one knows it as one object, and others may know its objects alone.
  const asObject = new Set(others.filter((_, index) => index === 0 || random.chance(0.5)))
  const leading = random.pick([home, ...asObject])
  const links = linksOf(random, { subgraphs, home, asObject })
  const entities = entitiesOf(random, links)
  return {
    entities,
    sdl: (subgraph) => {
      const next = subgraph === leading ? 'next: Item' : ''
      const fields = `${fieldsOf(subgraph, links)} ${next}`
      const declared = ['id: ID!', next, ...links.filter(({ owner }) => owner === home).map(head)].join(' ')
      const isKnown = subgraph === home || asObject.has(subgraph)
      return {
        types: asObject.has(subgraph) ? oneObject(fields) : objects(fields, subgraph === home ? declared : undefined),
        roots: isKnown ? `${subgraph}items: [Item] ${subgraph}item: Item` : `${subgraph}kind: S1`,
      }
    },
    roots: Object.fromEntries<unknown>(
      subgraphs.flatMap((subgraph) => [
        [
          `${subgraph}items`,
          Array.from({ length: random.int(4) }, () => (random.chance(0.1) ? null : random.pick(entities))),
        ],
        [`${subgraph}item`, random.pick(entities)],
        [`${subgraph}kind`, random.pick(entities.filter(({ __typename }) => __typename === 'S1'))],
      ]),
    ),
  }
}

interface Owners {
  readonly subgraphs: readonly string[]
  readonly home: string
  readonly asObject: ReadonlySet<string>
}

const linksOf = (random: Random, { subgraphs, home, asObject }: Owners): readonly ItemLink[] => {
  const links: ItemLink[] = []
  for (let index = 0; index < LINKS; index++) {
    const owner = random.pick(subgraphs)
    // Of an interface composition knows what some subgraph declares there, of an object its own arguments.
    const isKnown = (link: ItemLink): boolean =>
      asObject.has(owner)
        ? link.owner === home || asObject.has(link.owner)
        : !asObject.has(link.owner) || !link.takesNumber
    const of = links.filter((link) => link.owner !== owner && isKnown(link) && random.chance(0.6))
    const requires = of.map((link) => ({
      name: link.name,
      ...(link.takesNumber && random.chance(0.7) && { n: random.int(9) }),
    }))
    links.push({ name: `item${index.toString()}`, owner, requires, takesNumber: random.chance(0.3) })
  }
  return links
}

const entitiesOf = (random: Random, links: readonly ItemLink[]): readonly Thing[] => {
  const entities = KINDS.flatMap((__typename) =>
    [0, 1].map((index): Record<string, unknown> & Thing => ({
      __typename,
      id: `${__typename}-${index.toString()}`,
      own: random.int(100),
    })),
  )
  for (const entity of entities) {
    for (const { name, requires } of links) {
      const start = random.chance(0.2) && requires.length === 0 ? null : random.int(100)
      entity[name] = ({ n }: Arguments, view: View) =>
        start === null
          ? null
          : requires.reduce((sum, one) => sum + view.number(one.name, given(one)), start + 1000 * Number(n ?? 0))
    }
    entity['next'] = random.chance(0.2) ? null : random.pick(entities)
  }
  return entities
}

const given = ({ n }: { readonly n?: number }): Arguments => (n === undefined ? {} : { n })

const head = ({ name, takesNumber }: ItemLink): string => `${name}${takesNumber ? '(n: Int)' : ''}: Int`

/** What a subgraph has of each item, itself or of others. */
const fieldsOf = (subgraph: string, links: readonly ItemLink[]): string => {
  const owned = links.filter(({ owner }) => owner === subgraph)
  const external = new Set(owned.flatMap(({ requires }) => requires.map(({ name }) => name)))
  return [
    'id: ID!',
    ...links
      .filter(({ name, owner }) => external.has(name) && owner !== subgraph)
      .map((link) => `${head(link)} @external`),
    ...owned.map((link) => {
      const set = link.requires.map(({ name, n }) => (n === undefined ? name : `${name}(n: ${n.toString()})`))
      return set.length === 0 ? head(link) : `${head(link)} @requires(fields: "${set.join(' ')}")`
    }),
  ].join(' ')
}

const oneObject = (fields: string): string => `type Item @key(fields: "id") @interfaceObject { ${fields} }`

/** The objects, under their interface where a subgraph declares that. */
const objects = (fields: string, declared: string | undefined): string => {
  const kind = (name: string): string =>
    `type ${name} ${declared === undefined ? '' : 'implements Item'} @key(fields: "id") { ${fields} own: Int @shareable }`
  const kinds = KINDS.map(kind).join(' ')
  return declared === undefined ? kinds : `interface Item @key(fields: "id") { ${declared} } ${kinds}`
}
