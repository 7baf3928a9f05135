import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { accessOf, ada, adasGrants } from '../../directives/testkit/guarded-graph.ts'
import { startGateway, type TestGateway } from '../../test/testkit/gateway.ts'
import { foreign, mine, sibling, tenancy } from '../../test/testkit/graphs/tenancy.ts'

/**
 * Random operations over the tenancy graph, against a model that knows its rules by heart: it has nothing in common
 * with the code under test but the graph.
 */
const HELD: Readonly<Record<string, readonly string[]>> = {
  [mine]: ['READ', 'WRITE'],
  [sibling]: ['READ'],
  [foreign]: [],
}

/** What a field of a project asks for there, and what it is where that is held. */
const FIELDS = {
  name: { needs: ['READ'], text: 'name', value: (id: string) => `name of ${id}` },
  secret: { needs: ['READ', 'WRITE'], text: 'secret', value: (id: string) => `secret of ${id}` },
  spend: { needs: ['READ', 'WRITE'], text: 'spend { amount }', value: () => ({ amount: 7 }) },
  budget: { needs: ['READ'], text: 'budget', value: () => 9 },
  app: { needs: ['WRITE'], text: 'app { title }', value: (id: string) => ({ title: `app of ${id}` }) },
} as const
type Field = keyof typeof FIELDS

interface Selected {
  readonly alias: string
  readonly field: Field
  readonly inFragment: boolean
}

const permits = (id: string, needs: readonly string[]): boolean => needs.every((need) => HELD[id]?.includes(need))

/** The answer for one project, and the paths of its errors below `path`. */
const expected = (id: string, selection: readonly Selected[], path: string, errors: string[]): unknown => {
  if (!permits(id, ['READ'])) {
    errors.push(path)
    return null
  }
  return Object.fromEntries(
    selection.map(({ alias, field }) => {
      const { needs, value } = FIELDS[field]
      if (permits(id, needs)) return [alias, value(id)]
      errors.push(`${path}.${alias}`)
      return [alias, null]
    }),
  )
}

const textOf = (selection: readonly Selected[]): string =>
  selection
    .map(({ alias, field, inFragment }) => {
      const text = `${alias}: ${FIELDS[field].text}`
      return inFragment ? `... on Project { ${text} }` : text
    })
    .join(' ')

const selections = fc
  .tuple(
    fc.array(fc.record({ field: fc.constantFrom(...(Object.keys(FIELDS) as Field[])), inFragment: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    }),
    fc.nat(9),
  )
  .map(([fields, called]) =>
    fields.map((of, index): Selected => ({ ...of, alias: index === called ? '__typename' : `f${index}` })),
  )

const roots = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('one' as const),
      id: fc.constantFrom(mine, sibling, foreign),
      selection: selections,
    }),
    fc.record({ kind: fc.constant('all' as const), selection: selections }),
  ),
  { minLength: 1, maxLength: 3 },
)

let graph: TestGateway
beforeAll(async () => {
  graph = await startGateway(tenancy, {
    verifier: { authenticate: () => Promise.resolve({ principal: ada, expiresAt: undefined }) },
    access: () => Promise.resolve(accessOf(adasGrants)),
  })
})
afterAll(() => graph.gateway.stop(0))

test('what is permitted is there, what is denied is null with its error, and is asked of nobody where the scope is known', async () => {
  await fc.assert(
    fc.asyncProperty(roots, async (chosen) => {
      const errors: string[] = []
      const data: Record<string, unknown> = {}
      const parts = chosen.map((root, index) => {
        const key = index === 2 ? '__typename' : `r${index}`
        if (root.kind === 'one') {
          data[key] = expected(root.id, root.selection, key, errors)
          return `${key}: project(id: "${root.id}") { ${textOf(root.selection)} }`
        }
        const list = [mine, foreign, sibling]
        data[key] = { projects: list.map((id, at) => expected(id, root.selection, `${key}.projects.${at}`, errors)) }
        return `${key}: viewer { projects { ${textOf(root.selection)} } }`
      })
      const before = graph.graph.sent.length
      const answer = await graph.ask({ query: `{ ${parts.join(' ')} }` })
      const sent = graph.graph.sent.slice(before)
      expect(answer.data).toEqual(data)
      expect(answer.errors.map(({ path }) => path?.join('.')).toSorted()).toEqual(errors.toSorted())
      expect(JSON.stringify(sent.map(({ variables }) => variables))).not.toContain(foreign)
      expect(sent.map(({ operation }) => operation).join()).not.toContain(foreign)
      if (chosen.every((root) => root.kind === 'one' && root.id !== mine))
        expect(sent.map(({ operation }) => operation).join()).not.toMatch(/secret|spend|app/)
    }),
    { numRuns: 60 },
  )
}, 60_000)
