import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, parse } from 'graphql'
import { buildSubgraph } from './build.ts'
import { accessOf, FOREIGN, MINE, ORGANIZATION, seen, uuid } from '../../directives/testkit/guarded-graph.ts'
import { ownedId } from '../../platform/ids/id.ts'
import type { Subgraph, SubgraphModule } from '../../platform/subgraph/module.ts'

const SDL = `
  type Query {
    buckets: BucketConnection @selfScoped
    odd: DateTime @public(reason: "fails for the test")
    size(of: ByteSize!): ByteSize @public(reason: "is only an echo")
  }
  type Bucket implements Node @key(fields: "id") @projectScoped(capability: PROJECT_READ) {
    id: ID!
    ownerIds: [ID!]
    createdAt: DateTime!
    price: Money
  }
`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'subgraph-'))
  await writeFile(join(folder, 'schema.graphql'), SDL)
})

afterAll(() => rm(folder, { recursive: true }))

const bucket = (owner: typeof MINE) => ({
  id: ownedId('bkt', owner, uuid(7)),
  ownerIds: [ownedId('dep', ORGANIZATION, uuid(8)), 'text'],
  createdAt: new Date('2026-01-01T00:00:00Z'),
  price: { amountMicros: -(2n ** 70n), currency: 'EUR' },
})

const build = (resolvers: Subgraph['resolvers']) => {
  const module: Pick<SubgraphModule, 'schemaFiles'> = { schemaFiles: [join(folder, 'schema.graphql')] }
  return buildSubgraph(module, { resolvers })
}

const grants = {
  ...accessOf().grants,
  projects: new Map([
    [MINE, { organizationId: ORGANIZATION, suspended: false, capabilities: new Set(['PROJECT_READ']) }],
  ]),
}

const ask = async (schema: ReturnType<typeof build>, query: string) =>
  seen(await execute({ schema, document: parse(query), contextValue: { access: accessOf(grants) } }))

const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }

describe('a built subgraph', () => {
  test('takes parsed ids, dates and bigints of its resolvers, decides by them and writes their text', async () => {
    const edges = [MINE, FOREIGN].map((owner) => ({ cursor: 'c', node: bucket(owner) }))
    const schema = build({ Query: { buckets: () => ({ edges, pageInfo }) } })
    const query = '{ buckets { edges { node { id ownerIds createdAt price { amountMicros currency } } } } }'
    expect(await ask(schema, query)).toEqual({
      data: {
        buckets: {
          edges: [
            {
              node: {
                id: bucket(MINE).id.text,
                ownerIds: [ownedId('dep', ORGANIZATION, uuid(8)).text, 'text'],
                createdAt: '2026-01-01T00:00:00.000Z',
                price: { amountMicros: '-1180591620717411303424', currency: 'EUR' },
              },
            },
            { node: null },
          ],
        },
      },
      errors: [['buckets.edges.1.node', 'PROJECT_ACCESS_DENIED']],
    })
  })

  test('refuses scalars that are none, coming and going', async () => {
    const schema = build({ Query: { odd: () => 'yesterday', size: (_: unknown, { of }: { of: bigint }) => of } })
    expect((await ask(schema, '{ odd }')).data).toEqual({ odd: null })
    expect((await ask(schema, '{ size(of: "12") }')).data).toEqual({ size: '12' })
    expect((await ask(schema, '{ size(of: -1) }')).errors).toHaveLength(1)
  })

  test('does not start with a resolver of a field that is not there', () => {
    expect(() => build({ Query: { nothing: () => 1 } })).toThrow('nothing')
  })
})
