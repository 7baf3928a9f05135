import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { explain, readVariables } from './explain.ts'
import { explanationText } from './print.ts'
import { accessByFile, principalNamed } from './subject.ts'
import { productSupergraph } from '../stage/stage.ts'
import { northwind, vision } from '../../server/demo/tenants.ts'
import { selfId } from '../../platform/ids/id.ts'

const document = 'query ($id: ID!) { viewer { email } project(id: $id) { name spend { amount { currency } } } }'
const variables = { id: selfId('prj', vision.id).text }

const explained = async (grants: object, sub?: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'gpuaas-explain-'))
  try {
    const file = join(folder, 'grants.json')
    await writeFile(file, JSON.stringify(grants))
    return await explain({
      supergraph: await productSupergraph(),
      document,
      variables,
      access: await accessByFile(file, sub),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('each coordinate is told with its rule, its scope, its decision and why', async () => {
  const project = { organization: northwind.id, capabilities: ['PROJECT_READ'] }
  const explanation = await explained({ 'sub-1': { projects: { [vision.id]: project } } }, 'sub-1')
  expect(explanation.coordinates).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        path: 'project',
        coordinate: 'Query.project',
        rule: '@projectScoped(capability: PROJECT_READ, project: "id")',
        scope: { from: 'argument', argument: 'id', ids: [variables.id] },
        decision: 'allowed',
      }),
      expect.objectContaining({ coordinate: 'Project.spend', decision: 'denied', code: 'CAPABILITY_REQUIRED' }),
    ]),
  )
  const text = explanationText('sub-1', explanation)
  expect(text).toContain('project.spend  (Project.spend)')
  expect(text).toContain(`scope     argument id = ${variables.id}`)
  expect(text).toMatch(/query as sub-1: runs; denied beforehand: project\.spend \(CAPABILITY_REQUIRED\)$/)
})

test('a stranger is denied the project and nothing else, nobody is denied everything', async () => {
  const codes = async (sub?: string) => (await explained({}, sub)).denied
  expect(await codes('stranger')).toEqual([{ path: 'project', code: 'PROJECT_ACCESS_DENIED' }])
  expect(await codes()).toEqual([
    { path: 'viewer', code: 'UNAUTHENTICATED' },
    { path: 'project', code: 'UNAUTHENTICATED' },
  ])
})

test('who is not known is answered with who is; variables are JSON or a file of it', async () => {
  expect(principalNamed('OWNER@northwind.example')).toMatchObject({ kind: 'user' })
  expect(principalNamed('vision-deploy')).toMatchObject({ kind: 'service-account' })
  expect(() => principalNamed('nobody@nowhere.example')).toThrow(/anonymous\n {2}owner@northwind\.example/)
  expect(await readVariables('{"a":1}')).toEqual({ a: 1 })
  await expect(readVariables('[1]')).rejects.toThrow('no JSON object')
})
