import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parseId } from '../../../platform/ids/id.ts'
import { textAt } from '../../../test/testkit/hosted-subgraph.ts'
import { runningSecrets, type RunningSecrets } from '../testkit/running-secrets.ts'

let secrets: RunningSecrets
let environmentId: string
let apps = 0

beforeAll(async () => {
  secrets = await runningSecrets()
})

afterAll(() => secrets.world.end())

beforeEach(async () => {
  environmentId = (await secrets.environmentsOf('a-owner', 'p', `app-${String((apps += 1))}`)).production
})

const TOKEN = { name: 'TOKEN', value: 'first value' }

const revealed = (value: string, version: number) => ({
  data: { revealSecret: { secret: { name: 'TOKEN', version }, value, userErrors: [] } },
  errors: [],
})

const localOf = (prefix: 'env' | 'sec', id: string): string => {
  const parsed = parseId(prefix, id)
  if (!parsed.ok) throw new Error(`${id} is no ${prefix}`)
  return parsed.value.local
}

describe('putSecret', () => {
  test('makes a secret and then versions of it, each audited without what it is; the last one is revealed', async () => {
    const before = await secrets.traces()
    const first = await secrets.put('a-developer', { environmentId, ...TOKEN })
    expect(first).toEqual({
      data: {
        putSecret: {
          secret: { id: expect.any(String), name: 'TOKEN', version: 1, environment: { id: environmentId } },
          userErrors: [],
        },
      },
      errors: [],
    })
    const second = await secrets.put('a-developer', { environmentId, name: 'TOKEN', value: 'second value' })
    expect(textAt(second, 'putSecret.secret.id')).toBe(textAt(first, 'putSecret.secret.id'))
    expect(await secrets.traces()).toEqual({ audit: before.audit + 2, outbox: before.outbox })
    expect(await secrets.reveal('a-owner', { environmentId, name: 'TOKEN' })).toMatchObject(revealed('second value', 2))
    const rows = await secrets.world.rows(
      `select action, target, details from app_platform.audit_log where target = $1 order by id`,
      [textAt(first, 'putSecret.secret.id')],
    )
    const target = textAt(first, 'putSecret.secret.id')
    expect(rows).toEqual([
      { action: 'app-platform.secret.put', target, details: { name: 'TOKEN', version: 1 } },
      { action: 'app-platform.secret.put', target, details: { name: 'TOKEN', version: 2 } },
      { action: 'app-platform.secret.reveal', target, details: { name: 'TOKEN', version: 2 } },
    ])
  })

  test('of two who replace one version the second is told, and nothing of theirs is kept', async () => {
    const put = (value: string, expectedVersion: number) =>
      secrets.put('a-owner', { environmentId, name: 'EDITED', value, expectedVersion })
    const conflict = { data: { putSecret: { secret: null, userErrors: [{ code: 'VERSION_CONFLICT' }] } }, errors: [] }
    expect(await put('of a version that is not there', 1)).toMatchObject(conflict)
    expect(await put('first', 0)).toMatchObject({ data: { putSecret: { secret: { version: 1 } } } })
    expect(await put('a second first', 0)).toMatchObject(conflict)
    const before = await secrets.traces()
    const both = await Promise.all([put('one', 1), put('other', 1)])
    expect(both.map(({ data }) => JSON.stringify(data)).filter((text) => text.includes('CONFLICT'))).toHaveLength(1)
    expect(await secrets.traces()).toEqual({ audit: before.audit + 1, outbox: before.outbox })
    const { data } = await secrets.reveal('a-owner', { environmentId, name: 'EDITED' })
    expect(data).toMatchObject({
      revealSecret: { secret: { version: 2 }, value: expect.stringMatching(/^(one|other)$/) },
    })
  })

  test('of one name by several at once gives each a version of its own', async () => {
    await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        secrets.put('a-owner', { environmentId, name: 'TOKEN', value: `value ${String(n)}` }),
      ),
    )
    const rows = await secrets.world.rows(
      `select version from app_platform.secret_versions where environment_id = $1 order by version`,
      [localOf('env', environmentId)],
    )
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }, { version: 4 }])
    const { data } = await secrets.reveal('a-owner', { environmentId, name: 'TOKEN' })
    expect(data).toMatchObject({ revealSecret: { secret: { version: 4 }, value: expect.stringMatching(/^value \d$/) } })
  })

  test('refuses names and values that are none, and leaves nothing behind', async () => {
    const before = await secrets.traces()
    for (const [input, code, field] of [
      [{ name: '1TOKEN', value: 'x' }, 'NAME_INVALID', 'name'],
      [{ name: 'TOKEN', value: '' }, 'VALUE_INVALID', 'value'],
      [{ name: 'TOKEN', value: 'x'.repeat(65_537) }, 'VALUE_INVALID', 'value'],
    ] as const) {
      expect(await secrets.put('a-owner', { environmentId, ...input })).toEqual({
        data: { putSecret: { secret: null, userErrors: [{ code, field: [field] }] } },
        errors: [],
      })
    }
    expect(await secrets.traces()).toEqual(before)
    expect((await secrets.list('a-owner', environmentId)).data).toMatchObject({
      environment: { secrets: { edges: [] } },
    })
  })
})

describe('who may do what with secrets', () => {
  test('R15: a developer writes, lists, deletes and deploys, and does not read', async () => {
    await secrets.put('a-developer', { environmentId, ...TOKEN })
    const before = await secrets.traces()
    expect(await secrets.reveal('a-developer', { environmentId, name: 'TOKEN' })).toEqual({
      data: { revealSecret: null },
      errors: [{ path: 'revealSecret', code: 'CAPABILITY_REQUIRED' }],
    })
    expect(await secrets.traces()).toEqual(before)
    expect((await secrets.list('a-developer', environmentId)).errors).toEqual([])
    expect((await secrets.remove('a-developer', { environmentId, name: 'TOKEN' })).errors).toEqual([])
  })

  test('a viewer and a stranger do nothing at all', async () => {
    await secrets.put('a-owner', { environmentId, ...TOKEN })
    for (const [member, code] of [
      ['a-viewer', 'CAPABILITY_REQUIRED'],
      ['b-owner', 'PROJECT_ACCESS_DENIED'],
    ] as const) {
      const denials = [
        await secrets.put(member, { environmentId, ...TOKEN }),
        await secrets.reveal(member, { environmentId, name: 'TOKEN' }),
        await secrets.remove(member, { environmentId, name: 'TOKEN' }),
        await secrets.list(member, environmentId),
      ]
      expect(denials.map(({ errors }) => errors.map((error) => error.code))).toEqual([[code], [code], [code], [code]])
    }
    expect(await secrets.reveal('a-owner', { environmentId, name: 'TOKEN' })).toMatchObject(revealed('first value', 1))
  })

  test('an owner who showed no second factor of late is asked for one', async () => {
    await secrets.put('a-owner', { environmentId, ...TOKEN })
    const denied = await secrets.askWithOneFactor(
      'a-owner',
      `mutation ($input: RevealSecretInput!) { revealSecret(input: $input) { value } }`,
      { input: { environmentId, name: 'TOKEN' } },
    )
    expect(denied.errors).toEqual([{ path: 'revealSecret', code: 'MFA_REQUIRED' }])
  })
})

describe('revealSecret and deleteSecret', () => {
  test('take the id or the name, one of both', async () => {
    const put = await secrets.put('a-owner', { environmentId, ...TOKEN })
    const secretId = textAt(put, 'putSecret.secret.id')
    expect(await secrets.reveal('a-owner', { environmentId, secretId })).toMatchObject(revealed('first value', 1))
    for (const named of [{}, { secretId, name: 'TOKEN' }, { secretId: null, name: null }]) {
      for (const answer of [
        await secrets.reveal('a-owner', { environmentId, ...named }),
        await secrets.remove('a-owner', { environmentId, ...named }),
      ]) {
        expect(JSON.stringify(answer)).toContain('SECRET_NOT_NAMED')
      }
    }
    expect(await secrets.remove('a-owner', { environmentId, secretId })).toEqual({
      data: { deleteSecret: { deletedSecretId: secretId, userErrors: [] } },
      errors: [],
    })
  })

  test('leave nothing of a deleted secret; one of the same name begins anew', async () => {
    const put = await secrets.put('a-owner', { environmentId, ...TOKEN })
    await secrets.remove('a-owner', { environmentId, name: 'TOKEN' })
    const kept = await secrets.world.rows(`select from app_platform.secret_versions where secret_id = $1`, [
      localOf('sec', textAt(put, 'putSecret.secret.id')),
    ])
    expect(kept).toEqual([])
    expect(await secrets.reveal('a-owner', { environmentId, name: 'TOKEN' })).toMatchObject({
      data: { revealSecret: { secret: null, value: null, userErrors: [{ code: 'SECRET_NOT_FOUND' }] } },
    })
    const again = await secrets.put('a-owner', { environmentId, ...TOKEN })
    expect(again.data).toMatchObject({ putSecret: { secret: { version: 1 } } })
    expect(textAt(again, 'putSecret.secret.id')).not.toBe(textAt(put, 'putSecret.secret.id'))
  })
})

test('Environment.secrets lists names and versions by age, page by page', async () => {
  for (const name of ['ONE', 'TWO', 'THREE']) await secrets.put('a-owner', { environmentId, name, value: name })
  await secrets.put('a-owner', { environmentId, name: 'ONE', value: 'again' })
  const page = await secrets.list('a-developer', environmentId, { first: 2 })
  expect(page.data).toMatchObject({
    environment: {
      secrets: { edges: [{ node: { name: 'ONE', version: 2 } }, { node: { name: 'TWO', version: 1 } }] },
    },
  })
  const after = textAt(page, 'environment.secrets.pageInfo.endCursor')
  expect((await secrets.list('a-developer', environmentId, { first: 2, after })).data).toMatchObject({
    environment: { secrets: { edges: [{ node: { name: 'THREE' } }] } },
  })
})
