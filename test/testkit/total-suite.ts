import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { buildASTSchema, getNamedType, isObjectType, parse } from 'graphql'
import { AURORA_OWNER, OPERATOR, OWNER } from './demo-callers.ts'
import { walkLists } from './list-walk.ts'
import { ask, type Answer, type Product } from './product.ts'
import { NORTHWIND, VISION } from '../e2e/demo-ids.ts'

const SUPERGRAPH = join(import.meta.dirname, '../../schema/supergraph.graphql')

const DEVELOPER = 'developer@northwind.example'
const VIEWER = 'viewer@northwind.example'

/** Who walks, and whose audit log they ask for. */
const CALLERS: readonly (readonly [string, string])[] = [
  [OWNER, NORTHWIND],
  [VIEWER, NORTHWIND],
  [OPERATOR, NORTHWIND],
]

const projectOf = (data: Answer['data']): object => {
  const project = data?.['project']
  return typeof project === 'object' && project !== null ? project : {}
}

/** `totalCount` of every list of the graph, to the callers who may see different parts of it. */
export const totalSuite = (product: () => Product): void => {
  const askAs = async (email: string, query: string) =>
    ask(product().urls[0], query, { token: await product().tokenOf(email) })

  test('every list tells, on each of its pages, as many as walking it gives, and knows its own cursors', async () => {
    const schema = buildASTSchema(parse(readFileSync(SUPERGRAPH, 'utf8')), { assumeValidSDL: true })
    const lists = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.type] as const),
      )
      .filter(([, type]) => getNamedType(type).name.endsWith('Connection'))
      .map(([coordinate]) => coordinate)
    const walkAs = async (email: string, organizationId: string, seed: number) => {
      const numbers = fc.sample(fc.nat(), { numRuns: 10_000, seed }).values()
      const random = (below: number): number => (numbers.next().value ?? 0) % below
      const found = await walkLists({ schema, ask: (query) => askAs(email, query), given: { organizationId }, random })
      return found.map((list) => ({ email, ...list }))
    }
    const walks = CALLERS.map(([email, organizationId], index) => walkAs(email, organizationId, 36 + index))
    const walked = (await Promise.all(walks)).flat()
    const wrong = walked.filter(({ totals, entries }) => totals.some((total) => total !== entries))
    expect(wrong).toEqual([])
    expect(new Set(walked.flatMap(({ misplaced }) => misplaced))).toEqual(new Set(['INVALID_CURSOR']))
    // The demo has no webhook endpoint: its deliveries are counted in the tests of webhooks.
    const reached = new Set(walked.map(({ coordinate }) => coordinate))
    expect(lists.filter((list) => !reached.has(list))).toEqual(['WebhookEndpoint.deliveries'])
  }, 120_000)

  test('a total costs as much as ten objects, and nothing where it is not asked for', async () => {
    const costOf = async (selection: string): Promise<number> => {
      const { text } = await askAs(OWNER, `{ skus(first: 1) { ${selection} } }`)
      return Number(/"requested":(\d+)/.exec(text)?.[1])
    }
    const without = await costOf('pageInfo { hasNextPage }')
    expect(await costOf('pageInfo { hasNextPage } totalCount')).toBe(without + 10)
  })

  test('a total says nothing of what its caller may not see', async () => {
    const own = `{ viewer { projects(first: 1) { totalCount } organizations(first: 1) { totalCount } } }`
    const totalsOf = async (email: string) => (await askAs(email, own)).data
    const organizations = { totalCount: 1 }
    expect(await totalsOf(VIEWER)).toMatchObject({ viewer: { projects: { totalCount: 1 } } })
    expect(await totalsOf(DEVELOPER)).toMatchObject({ viewer: { projects: { totalCount: 2 } } })
    expect(await totalsOf(OWNER)).toMatchObject({ viewer: { projects: { totalCount: 3 }, organizations } })

    const list = '{ allocations(first: 1) { totalCount } serviceAccounts(first: 1) { totalCount } }'
    const inVision = async (email: string) => (await askAs(email, `{ project(id: "${VISION}") ${list} }`)).data
    const [owner, viewer] = [await inVision(OWNER), await inVision(VIEWER)]
    expect(owner).toMatchObject({ project: { serviceAccounts: { totalCount: expect.any(Number) } } })
    expect(viewer).toEqual({ project: { ...projectOf(owner), serviceAccounts: null } })
    expect(await inVision(AURORA_OWNER)).toEqual({ project: null })
  })
}
