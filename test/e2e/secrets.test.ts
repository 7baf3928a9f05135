import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VISION } from './demo-ids.ts'
import { DEMO_USERS, type DemoEmail } from '../../identity/demo-users.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { codesOf, CREATE_ACCOUNT, mutationOf, textIn } from '../testkit/demo-callers.ts'
import { dumpOf } from '../testkit/dump.ts'
import { eventually } from '../testkit/eventually.ts'
import { passwords } from '../testkit/processes.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask, type Answer } from '../testkit/product.ts'
import { startTokenIssuer, type TokenIssuer } from '../testkit/token-issuer.ts'

/** The whole product over an issuer of the test's own, telling all that it ever tells. */
let database: TestDatabase
let issuer: TokenIssuer
let product: EmbeddedProduct
let environmentId: string
let appId: string

const OWNER = 'owner@northwind.example'
const DEVELOPER = 'developer@northwind.example'
const VIEWER = 'viewer@northwind.example'

const PUT = mutationOf('putSecret', 'secret { id name version }')
const REVEAL = mutationOf('revealSecret', 'value')
const DEPLOY = mutationOf('deployRelease', 'environment { currentRelease { id } }')
const CREATE_KEY = mutationOf('createApiKey', 'apiKey { id } secret')
const RELEASE = mutationOf('createRelease', 'release { id }')

const now = (): number => Math.floor(Date.now() / 1000)

const tokenOf = (email: DemoEmail, claims: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const sub = DEMO_USERS.find((user) => user.email === email)?.subject
  return issuer.sign({ sub, auth_time: now(), amr: ['pwd', 'otp'], ...claims })
}

const use = (query: string, input: object, token?: string): Promise<Answer> =>
  ask(product.urls[0], query, { variables: { input }, ...(token !== undefined && { token }) })

const succeed = async (query: string, input: object, token: string): Promise<Answer> => {
  const answer = await use(query, input, token)
  expect([answer.text, answer.errors]).toEqual([expect.not.stringContaining('"userErrors":[{'), []])
  return answer
}

const ENVIRONMENT = `query ($id: ID!) { project(id: $id) { apps(first: 1) { edges { node { id: id
  environments(first: 1) { edges { node { environment: id } } } } } } } }`

beforeAll(async () => {
  database = await createTestDatabase()
  issuer = await startTokenIssuer(systemClock)
  product = await startEmbedded({
    ...{ DATABASE_URL: database.ownerUrl, SEED_DEMO: 'always', OIDC_ISSUER: issuer.issuer },
    ...{ LOG_LEVEL: 'trace', ...passwords('migrate') },
  })
  const found = await ask(product.urls[0], ENVIRONMENT, { variables: { id: VISION }, token: await tokenOf(OWNER) })
  appId = textIn(found, 'id')
  environmentId = textIn(found, 'environment')
}, 120_000)

afterAll(async () => {
  await product.stop()
  await issuer.close()
  await database.drop()
}, 60_000)

let names = 0

const makeKey = async (capabilities: readonly string[], expiresAt?: string): Promise<string> => {
  const token = await tokenOf(OWNER)
  const account = await succeed(CREATE_ACCOUNT, { projectId: VISION, name: `r15-${String((names += 1))}` }, token)
  const input = { serviceAccountId: textIn(account, 'id'), capabilities, ...(expiresAt !== undefined && { expiresAt }) }
  return textIn(await succeed(CREATE_KEY, input, token), 'secret')
}

const release = async (): Promise<string> => {
  const digest = `sha256:${(names += 1).toString(16).padStart(64, '0')}`
  const input = { appId, image: `registry.example/r15@${digest}`, manifestHash: digest }
  return textIn(await succeed(RELEASE, input, await tokenOf(OWNER)), 'id')
}

const WANTED = { name: 'R15', value: 'what deploying does not tell' }

describe('deploying and reading', () => {
  test('R15: a key that may deploy deploys, and is refused what a secret is; one that was given the right reads', async () => {
    await succeed(PUT, { environmentId, ...WANTED }, await tokenOf(DEVELOPER))
    const deployer = await makeKey(['APP_READ', 'APP_RELEASE_READ', 'APP_RELEASE_DEPLOY'])
    const releaseId = await release()
    const deployed = await succeed(DEPLOY, { environmentId, releaseId }, deployer)
    expect(deployed.data).toMatchObject({ deployRelease: { environment: { currentRelease: { id: releaseId } } } })
    for (const token of [deployer, await tokenOf(DEVELOPER)]) {
      const refused = await use(REVEAL, { environmentId, name: 'R15' }, token)
      expect([refused.data, codesOf(refused)]).toEqual([{ revealSecret: null }, ['CAPABILITY_REQUIRED']])
    }
    const writer = await makeKey(['APP_SECRET_LIST', 'APP_SECRET_WRITE'])
    expect(codesOf(await use(PUT, { environmentId, ...WANTED }, deployer))).toEqual(['CAPABILITY_REQUIRED'])
    await succeed(PUT, { environmentId, ...WANTED }, writer)
    expect(codesOf(await use(REVEAL, { environmentId, name: 'R15' }, writer))).toEqual(['CAPABILITY_REQUIRED'])
    const reader = await makeKey(['APP_SECRET_READ'])
    expect((await succeed(REVEAL, { environmentId, name: 'R15' }, reader)).data).toMatchObject({
      revealSecret: { value: WANTED.value },
    })
  })

  test('R15: nobody gives a key the right to read who has not got it', async () => {
    const account = await succeed(CREATE_ACCOUNT, { projectId: VISION, name: 'r15-wide' }, await tokenOf(OWNER))
    const input = { serviceAccountId: textIn(account, 'id'), capabilities: ['APP_SECRET_READ'] }
    const refused = await use(CREATE_KEY, input, await tokenOf(DEVELOPER))
    expect(refused.text).toContain('CAPABILITY_NOT_HELD')
  })

  test('R15: an expired token and an expired key are nobody’s: they deploy nothing and read nothing', async () => {
    const expiring = await makeKey(
      ['APP_RELEASE_DEPLOY', 'APP_SECRET_READ'],
      new Date(Date.now() + 2_000).toISOString(),
    )
    const releaseId = await release()
    const expired = await tokenOf(OWNER, { exp: now() - 60 })
    const attempts = (token: string) =>
      Promise.all([
        use(DEPLOY, { environmentId, releaseId }, token),
        use(REVEAL, { environmentId, name: 'R15' }, token),
      ])
    await eventually(async () => {
      for (const token of [expired, expiring]) {
        for (const answer of await attempts(token)) {
          expect([answer.status, answer.data, codesOf(answer)]).toEqual([401, undefined, ['UNAUTHENTICATED']])
        }
      }
    })
    const query = 'query ($id: ID!) { environment(id: $id) { currentRelease { id } } }'
    const read = await ask(product.urls[0], query, { variables: { id: environmentId }, token: await tokenOf(OWNER) })
    expect([read.errors, textIn(read, 'id')]).toEqual([[], expect.not.stringContaining(releaseId)])
  })
})

/** Told apart from anything else, and found whatever it is written as. */
const CANARY = 'cAnAry7f3a9d15e8b24c60-planted'

const TRACES = [CANARY, Buffer.from(CANARY).toString('hex'), Buffer.from(CANARY).toString('base64').slice(0, 36)]

const tracesIn = (text: string): readonly string[] => TRACES.filter((trace) => text.includes(trace))

const filesOf = async (directory: string): Promise<string> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))
  return contents.join('\n')
}

describe('what a secret is', () => {
  const literal = (name: string) =>
    `mutation { putSecret(input: { environmentId: "${environmentId}", name: "${name}", value: "${CANARY}" }) { secret { id } userErrors { code } } }`

  /** Every way to say it, well and badly. None of the answers says it back. */
  const sayIt = async (): Promise<readonly Answer[]> => {
    const owner = await tokenOf(OWNER)
    const put = (input: object, token?: string) => use(PUT, input, token)
    const canary = { environmentId, name: 'CANARY', value: CANARY }
    return [
      await succeed(PUT, canary, owner),
      await ask(product.urls[0], literal('LITERAL'), { token: owner }),
      await put({ ...canary, name: '1' }, owner),
      await put({ ...canary, environmentId: 'env_x' }, owner),
      await put({ ...canary, environmentId: undefined }, owner),
      await put({ ...canary, unknown: true }, owner),
      await put({ ...canary, value: [CANARY, CANARY] }, owner),
      await put({ ...canary, value: { [CANARY]: CANARY } }, owner),
      await put({ ...canary, value: CANARY.repeat(4_000) }, owner),
      await put(canary, await tokenOf(VIEWER)),
      await put(canary),
      await put(canary, await tokenOf(OWNER, { exp: now() - 60 })),
      await ask(product.urls[0], literal('BROKEN').replace('}', '}}}'), { token: owner }),
      await ask(product.urls[0], literal('SYNTAX').replace('value:', 'value'), { token: owner }),
      await ask(product.urls[0], literal('LIST').replace(/("cAn.*?")/, '[$1]'), { token: owner }),
      await ask(product.urls[0], literal('UNKNOWN').replace('name:', 'nam:'), { token: owner }),
    ]
  }

  test('R56: is in no table, log line, audit row, event, file or error, whatever way it was said', async () => {
    const answers = await sayIt()
    expect(answers.map(({ text }) => tracesIn(text))).toEqual(answers.map(() => []))
    const got = `${product.urls[0]}/graphql?query=${encodeURIComponent(literal('GET'))}`
    expect(
      tracesIn(await (await fetch(got, { headers: { authorization: `Bearer ${await tokenOf(OWNER)}` } })).text()),
    ).toEqual([])

    const revealed = await succeed(REVEAL, { environmentId, name: 'CANARY' }, await tokenOf(OWNER))
    expect(revealed.data).toMatchObject({ revealSecret: { value: CANARY } })
    const wasLiteral = await succeed(REVEAL, { environmentId, name: 'LITERAL' }, await tokenOf(OWNER))
    expect(wasLiteral.data).toMatchObject({ revealSecret: { value: CANARY } })

    // The record of it is written, and sealed, before the places are searched.
    const owner = await database.connect('owner')
    await eventually(async () => {
      const { rows } = await owner.query(
        `select a.details from app_platform.audit_log a join audit.entries e on e.id = a.id
         where a.action = 'app-platform.secret.reveal' and a.details ->> 'name' = 'LITERAL'`,
      )
      expect(rows).toEqual([{ details: { name: 'LITERAL', version: 1 } }])
    })
    const dump = await dumpOf(owner)
    expect(dump).toContain('app_platform.secret_versions')
    expect(dump).toContain('CANARY')
    expect(tracesIn(dump)).toEqual([])
    expect(product.program.output()).toContain('"level"')
    expect(tracesIn(product.program.output())).toEqual([])
    expect(tracesIn(await filesOf(product.dataDirectory))).toEqual([])
  }, 60_000)
})
