import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordEvidence } from './evidence.ts'
import type { ProofReport } from '../platform/evidence/proof-report.ts'
import { iam } from '../subgraphs/iam/index.ts'
import { hostedSubgraph, type Ask } from '../test/testkit/hosted-subgraph.ts'
import { world, type World } from '../test/testkit/world.ts'

/** Of the graph that the testkit serves. */
const GRAPH = '0'.repeat(64)

let tenants: World
let ask: Ask
let directory: string

beforeAll(async () => {
  tenants = await world().organization('a').member('owner', 'owner').project('p').build()
  ask = hostedSubgraph(tenants, iam, 'iam')
}, 60_000)

afterAll(() => tenants.end())

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gpuaas-reports-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

const report = (changes: Partial<ProofReport>): ProofReport => ({
  proof: 'matrix',
  result: 'PASSED',
  finishedAt: '2026-11-01T00:00:00.000Z',
  graph: GRAPH,
  summary: '900 cases, 0 unexpected allows',
  ...changes,
})

const write = (name: string, text: string): Promise<void> => writeFile(join(directory, `${name}.json`), text)

const record = async (): Promise<readonly string[]> => {
  const said: string[] = []
  await recordEvidence({ ownerUrl: tenants.ownerUrl, directory, progress: (message) => said.push(message) })
  return said
}

interface Listed {
  readonly isolationEvidence: readonly {
    readonly control: string
    readonly requirements: readonly string[]
    readonly status: string
    readonly lastProof: { readonly summary: string; readonly command: string } | null
  }[]
}

const listed = async () => {
  const { data, errors } = await ask(
    'owner',
    '{ isolationEvidence { control statement requirements status lastProof { command result finishedAt summary graph } } }',
  )
  expect(errors).toEqual([])
  return new Map((data as Listed).isolationEvidence.map((each) => [each.control, each])) // asked for above
}

test('R83: every control is listed with its requirements, its last proof, and whether that was of this graph', async () => {
  expect([...(await listed()).values()].map(({ status }) => status)).toEqual(Array(6).fill('NOT_RUN'))

  await write('matrix', JSON.stringify({ ...report({}), cases: ['for people'] }))
  await write('layers', JSON.stringify(report({ proof: 'layers', graph: 'f'.repeat(64) })))
  await write('guards', JSON.stringify(report({ proof: 'guards', result: 'FAILED', summary: '1 survivor' })))
  expect(await record()).toHaveLength(3)

  const controls = await listed()
  expect(controls.get('TENANT_DENIALS')).toMatchObject({
    requirements: ['R6', 'R11'],
    status: 'PROVEN',
    lastProof: { command: 'npm run prove:matrix', summary: '900 cases, 0 unexpected allows' },
  })
  expect(controls.get('INDEPENDENT_LAYERS')).toMatchObject({ status: 'OUTDATED' })
  expect(controls.get('NOTICED_REMOVALS')).toMatchObject({ status: 'FAILED', lastProof: { summary: '1 survivor' } })
  expect(controls.get('NO_EXISTENCE_ORACLE')).toMatchObject({ status: 'NOT_RUN', lastProof: null })
})

test('a run is put on record once, and a later failure counts more than an earlier pass', async () => {
  await write('sameness', JSON.stringify(report({ proof: 'sameness' })))
  expect(await record()).toEqual(['Put on record: sameness passed'])
  expect(await record()).toEqual([])
  await write(
    'sameness',
    JSON.stringify(report({ proof: 'sameness', result: 'FAILED', finishedAt: '2026-11-02T00:00:00.000Z' })),
  )
  await record()
  expect((await listed()).get('NO_EXISTENCE_ORACLE')).toMatchObject({ status: 'FAILED' })
})

test.each([
  ['no JSON', '{'],
  ['another shape', '{"result":"PASSED"}'],
  ['the report of another proof', JSON.stringify(report({ proof: 'matrix' }))],
  ['a summary without end', JSON.stringify(report({ proof: 'reachability', summary: 'x'.repeat(501) }))],
])('%s is no evidence, and stops nothing', async (_, text) => {
  await write('reachability', text)
  expect(await record()).toEqual([])
})

test('what is on record is changed by nobody', async () => {
  await write('reachability', JSON.stringify(report({ proof: 'reachability' })))
  await record()
  for (const statement of ['update iam.control_evidence set result = result', 'delete from iam.control_evidence']) {
    await expect(tenants.rows(statement)).rejects.toThrow('append-only')
  }
})
