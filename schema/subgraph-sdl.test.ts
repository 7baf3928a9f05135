import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'graphql'
import { composeGraph } from './compose-graph.ts'
import { lintSubgraphs } from './lint.ts'
import { subgraphsIn } from './product-graph.ts'
import { subgraphSdl } from './subgraph-sdl.ts'
import { CAPABILITIES } from '../directives/capabilities.ts'
import { schemaFilesIn } from '../platform/subgraph/schema-files.ts'

const PROJECT = `
  "The project."
  type Project @key(fields: "id") @projectScoped(capability: PROJECT_READ) { id: ID! }
`
const BUCKET = `
  "A container of objects."
  type Bucket implements Node @key(fields: "id") @projectScoped(capability: STORAGE_BUCKET_READ) { id: ID! createdAt: DateTime! }
  extend type Project { "Its buckets." buckets(first: Int = 20, after: String, last: Int, before: String): BucketConnection }
  extend type Query { "One bucket." bucket(id: ID!): Bucket @projectScoped(capability: STORAGE_BUCKET_READ, project: "id") }
`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'subgraphs-'))
  await mkdir(join(folder, 'storage', 'bucket'), { recursive: true })
  await writeFile(join(folder, 'storage', 'schema.graphql'), PROJECT)
  await writeFile(join(folder, 'storage', 'bucket', 'schema.graphql'), BUCKET)
  await mkdir(join(folder, 'notes'), { recursive: true })
  await writeFile(join(folder, 'notes', 'README.md'), 'no subgraph')
})

afterAll(() => rm(folder, { recursive: true }))

describe('the SDL of a subgraph', () => {
  test('is its own schema file and those of its features, and only folders with one are subgraphs', () => {
    expect(schemaFilesIn(join(folder, 'storage')).map((file) => file.slice(folder.length))).toEqual([
      '/storage/bucket/schema.graphql',
      '/storage/schema.graphql',
    ])
    expect([...subgraphsIn(folder).keys()]).toEqual(['storage'])
  })

  test('holds every capability, and of the shared types those it uses, in turn', () => {
    const sdl = subgraphSdl(schemaFilesIn(join(folder, 'storage')))
    for (const capability of Object.keys(CAPABILITIES)) expect(sdl).toContain(`  ${capability}\n`)
    for (const used of ['scalar DateTime', 'interface Node', 'type PageInfo']) expect(sdl).toContain(used)
    for (const unused of ['scalar BigInt', 'type Money', 'interface UserError']) expect(sdl).not.toContain(unused)
  })

  test('has the connection types that features only name, and what conventions describe is described', () => {
    const sdl = subgraphSdl(schemaFilesIn(join(folder, 'storage')))
    expect(sdl).toContain('type BucketConnection {')
    expect(sdl).toContain('type BucketEdge {')
    const subgraphs = new Map([['storage', parse(sdl)]])
    expect(lintSubgraphs(subgraphs, 'product')).toEqual([])
    expect(composeGraph(subgraphs, 'product').ok).toBe(true)
  })
})
