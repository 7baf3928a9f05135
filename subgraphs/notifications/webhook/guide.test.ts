import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../platform/clock/clock.ts'
import { findFreePort } from '../../../platform/database/embedded/free-port.ts'
import { fileOf } from '../../../test/testkit/guide-code.ts'
import { eventually } from '../../../test/testkit/eventually.ts'
import { createTestPartner, managerOf, type TestPartner } from '../testkit/test-partner.ts'

let partner: TestPartner
let directory: string
let child: ChildProcess | undefined

beforeAll(async () => {
  partner = await createTestPartner(systemClock)
  directory = await mkdtemp(join(tmpdir(), 'gpuaas-webhook-guide-'))
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await partner.drop()
  await rm(directory, { recursive: true, force: true })
})

test('the receiver of the guide takes what is genuine, once, and refuses what is not', async () => {
  const program = join(directory, 'receive-webhooks.mjs')
  await writeFile(program, await fileOf('webhooks.md', 'receive-webhooks.mjs'))
  const port = (await findFreePort()).toString()
  const url = `http://127.0.0.1:${port}/gpuaas`
  const { endpoint, secret } = await partner.register(partner.tenants.a1, ['app.created'], url)
  child = spawn(process.execPath, [program], { env: { WEBHOOK_SECRET: secret, PORT: port } })
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await eventually(async () => expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401), 30_000)

  const statuses = () =>
    partner.rows('select status, response_status from notifications.webhook_deliveries order by sequence')
  await partner.handle(partner.event(partner.tenants.a1))
  await partner.send(endpoint)
  expect(await statuses()).toEqual([{ status: 'DELIVERED', response_status: 204 }])
  await partner.rows('update notifications.webhook_endpoints set position = 0, next_attempt_at = now()')
  await partner.send(endpoint)
  expect(printed).toBe('app.created\n')

  // With the secret of somebody else nothing is taken.
  await partner.webhooks.secrets.rotate(managerOf(endpoint.id.scope), endpoint.id, 0)
  await partner.handle(partner.event(partner.tenants.a1))
  await partner.send(endpoint)
  expect((await statuses())[1]).toEqual({ status: 'PENDING', response_status: 401 })
  expect(printed).toBe('app.created\n')
}, 60_000)
