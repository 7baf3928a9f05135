/** The data of the shop: in every process that needs it, and in all the same. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly city: string
}

export interface Product {
  readonly upc: string
  readonly name: string
  readonly description: string
  readonly price: number
  readonly weight: number
  readonly stock: number
  readonly warehouse: string
  readonly carrier: string
}

export interface Review {
  readonly id: string
  readonly stars: number
  readonly text: string
  readonly author: string
  readonly product: string
}

const PEOPLE = 100
const REVIEWS_EACH = 3
const REVIEWS_OF_PERSON = 18
/** Products of the catalog: as many entities as the largest answer of the growth measurement shows. */
export const CATALOG_SIZE = Number(process.argv.find((text) => text.startsWith('--catalog='))?.slice(10) ?? 400)

const CITIES = ['Aarhus', 'Bergen', 'Çeşme', 'Dublin', 'Évora']

const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

export const people: ReadonlyMap<string, Person> = new Map(
  indices(PEOPLE).map((index) => [
    `u${index}`,
    {
      id: `u${index}`,
      name: `Person ${index}`,
      email: `person.${index}@shop.example`,
      city: CITIES[index % CITIES.length] ?? '',
    },
  ]),
)

export const catalog: ReadonlyMap<string, Product> = new Map(
  indices(CATALOG_SIZE).map((index) => [
    `p${index}`,
    {
      upc: `p${index}`,
      name: `Product number ${index}`,
      description: `A thing of kind ${index % 17}, made to be shown in "long" lists of things`,
      price: 100 + ((index * 37) % 9000),
      weight: 10 + (index % 300),
      stock: index % 50,
      warehouse: `Hall ${index % 9}`,
      carrier: `Carrier ${index % 4}`,
    },
  ]),
)

const reviewOf = (index: number): Review => ({
  id: `r${index}`,
  stars: 1 + (index % 5),
  text: `Review ${index}: it does what it says`,
  author: `u${index % PEOPLE}`,
  product: `p${Math.floor(index / REVIEWS_EACH) % CATALOG_SIZE}`,
})

export const reviewsOfProduct = (upc: string): Review[] =>
  indices(REVIEWS_EACH).map((nth) => reviewOf(Number(upc.slice(1)) * REVIEWS_EACH + nth))

export const reviewsOfPerson = (id: string): Review[] =>
  indices(REVIEWS_OF_PERSON).map((nth) => reviewOf(Number(id.slice(1)) + nth * PEOPLE))
