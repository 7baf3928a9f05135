import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Case } from './case.ts'
import { makeCases } from './make-cases.ts'
import { matrixReport } from './report.ts'
import { runMatrix } from './run.ts'
import { readGraph } from '../model/read-graph.ts'
import { productSupergraph, startStage, type Stage } from '../stage/stage.ts'
import type { SubgraphModule } from '../../platform/subgraph/module.ts'
import { MODULES } from '../../server/modules.ts'

/** A part of the whole that asks every subgraph, both doors, all operations; the command asks everything. */
const SAMPLE = new Set([
  ...['Query.bucket', 'Query.viewer', 'Query.skus', 'Query.computeNode', 'Query.organization', 'Query.capacity'],
  ...['Mutation.createBucket', 'Mutation.createProject', 'Mutation.revokeApiKey', 'Mutation.disableUser'],
  ...['Mutation.enableUser', 'Subscription.notifications', 'Notification(id)', 'Release(id)', 'Charge(id)'],
  ...['Allocation(id)', 'Project(id)', 'Project.spend', 'Bucket.grants'],
])
const sampled = ({ coordinate }: Case): boolean => SAMPLE.has(coordinate)

const wrongOf = (report: ReturnType<typeof matrixReport>) => report.findings

describe('the negative matrix', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage.stop())

  test('R11: every kind of caller is answered as the rules say, at both doors, and denied mutations write nothing', async () => {
    const sdl = await productSupergraph()
    const result = await runMatrix(stage, { graph: readGraph(sdl), select: sampled })
    const report = matrixReport(result, sdl)
    expect(wrongOf(report)).toEqual([])
    expect(report.holds).toBe(true)
    expect(new Set(result.cells.map(({ kind }) => kind)).size).toBe(13)
    expect(new Set(result.cells.map(({ coordinate }) => coordinate))).toEqual(SAMPLE)
  }, 120_000)

  test('R11: a root field that nobody can make a case of fails the proof', async () => {
    const sdl = (await productSupergraph()).replace(
      /(type Query\n[^{]*\{)/,
      '$1\n  mystery(unknownThingId: ID!): Project @join__field(graph: IAM) @projectScoped(capability: PROJECT_READ, project: "unknownThingId")\n',
    )
    const { untested } = makeCases({ ...stage, graph: readGraph(sdl) })
    expect(untested).toContainEqual({
      coordinate: 'Query.mystery',
      why: expect.stringContaining('unknownThingId'),
    })
  })
})

describe('with one guard taken out of a subgraph by hand', () => {
  let folder: string
  let stage: Stage
  const mutant = async (module: SubgraphModule): Promise<SubgraphModule> => {
    if (module.name !== 'storage') return module
    const files = await Promise.all(
      module.schemaFiles.map(async (file, index) => {
        const text = await readFile(file, 'utf8')
        const copy = join(folder, `${index.toString()}.graphql`)
        const rule = '@projectScoped(capability: STORAGE_BUCKET_READ, project: "id")'
        await writeFile(copy, text.replace(rule, '@public(reason: "a guard taken out by a test")'))
        return copy
      }),
    )
    return {
      ...module,
      schemaFiles: files,
      start: (platform) => {
        const subgraph = module.start(platform)
        const query = { bucket: () => ({ __typename: 'Bucket', id: 'bkt_1', name: 'x' }) }
        return { ...subgraph, resolvers: { ...subgraph.resolvers, Query: query } }
      },
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpuaas-proof-'))
    stage = await startStage({ modules: await Promise.all(MODULES.map(mutant)) })
  }, 60_000)
  afterAll(async () => {
    await stage.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('R11: the matrix names the coordinate, the door and the callers who came through', async () => {
    const sdl = await productSupergraph()
    const report = matrixReport(
      await runMatrix(stage, { graph: readGraph(sdl), select: ({ coordinate }) => coordinate === 'Query.bucket' }),
      sdl,
    )
    expect(report.holds).toBe(false)
    expect(report.findings.join('\n')).toMatch(
      /Query\.bucket at the subgraph storage, as owner@aurora\.example: unexpected/,
    )
  }, 60_000)
})
