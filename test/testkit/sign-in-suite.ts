import { expect, test } from '@jest/globals'
import { eventually } from './eventually.ts'
import { ask, type Product } from './product.ts'

/** Somebody whom no other suite signs in. */
const SOMEBODY = 'billing@northwind.example'

const TOLD = `{ notifications(filter: { templates: ["sign-in"] }) { edges { node { title body category } } } }`

interface Told {
  readonly notifications: { readonly edges: readonly { readonly node: { readonly body: string } }[] }
}

/** What people are told of their own sign-ins, in every deployment of the product. */
export const signInSuite = (product: () => Product): void => {
  const signIn = () => product().tokenOf(SOMEBODY, 'multi')
  const toldBy = async (token: string, url = product().urls[0]) => {
    const { data, errors } = await ask<Told>(url, TOLD, { token })
    expect(errors).toEqual([])
    return data?.notifications.edges.map(({ node }) => node) ?? []
  }
  /** As clients do that hold a token: again and again, at every gateway at once. */
  const useEverywhere = (token: string) =>
    Promise.all([1, 2, 3].flatMap(() => product().urls.map((url) => toldBy(token, url))))

  test('R72: who signs in again is told of it once, however often and wherever the token is shown', async () => {
    const first = await signIn()
    expect((await useEverywhere(first)).flat()).toEqual([])
    const second = await signIn()
    await useEverywhere(second)
    await eventually(async () => {
      expect(await toldBy(first)).toHaveLength(1)
    })
    await useEverywhere(first)
    await useEverywhere(second)
    const third = await signIn()
    await useEverywhere(third)
    const told = await eventually(async () => {
      const nodes = await toldBy(first)
      expect(nodes.length).toBeGreaterThanOrEqual(2)
      return nodes
    })
    const notice = {
      title: 'New sign-in',
      body: expect.stringMatching(/^Somebody signed in to your account at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\./),
      category: 'SECURITY',
    }
    expect(told).toEqual([notice, notice])
  })
}
